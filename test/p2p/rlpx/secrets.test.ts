import { describe, expect, it } from 'vitest';
import { ecdh, keccak256, publicKey } from '#crypto';
import { concat, fromHex, toHex, utf8 } from '../../../impl/bytes.ts';
import { deriveSecrets, type Exchange } from '../../../impl/p2p/rlpx/secrets.ts';
import { keyA, keyB, needsVectors, vectorFile, vectors } from './helpers.ts';

const exchange: Exchange = {
  ecdhe: new Uint8Array(32).fill(1),
  initiatorNonce: new Uint8Array(32).fill(2),
  recipientNonce: new Uint8Array(32).fill(3),
  auth: utf8('auth'),
  ack: utf8('ack'),
};

describe('ecdh', () => {
  it('gives both sides the same point', () => {
    expect(ecdh(keyA, publicKey(keyB))).toEqual(ecdh(keyB, publicKey(keyA)));
  });
});

describe('deriveSecrets', () => {
  it('gives both sides the same keys, and MAC states crosswise', () => {
    const initiator = deriveSecrets('initiator', exchange);
    const recipient = deriveSecrets('recipient', exchange);

    expect(recipient.aes).toEqual(initiator.aes);
    expect(recipient.mac).toEqual(initiator.mac);
    expect(recipient.aes).not.toEqual(recipient.mac);
    expect(recipient.egressMAC.digest()).toEqual(initiator.ingressMAC.digest());
    expect(recipient.ingressMAC.digest()).toEqual(initiator.egressMAC.digest());
    expect(recipient.ingressMAC.digest()).not.toEqual(recipient.egressMAC.digest());
  });

  it.each(['ecdhe', 'initiatorNonce', 'recipientNonce'] as const)(
    'makes other keys of another %s',
    (part) => {
      const other = { ...exchange, [part]: new Uint8Array(32).fill(9) };
      const { aes, mac } = deriveSecrets('initiator', exchange);
      const changed = deriveSecrets('initiator', other);
      expect(changed.aes).not.toEqual(aes);
      expect(changed.mac).not.toEqual(mac);
    },
  );

  it('hashes the nonces in the order of RLPx, the recipient’s first', () => {
    const { ecdhe, initiatorNonce, recipientNonce } = exchange;
    const nonces = keccak256(concat(recipientNonce, initiatorNonce));
    const shared = keccak256(concat(ecdhe, nonces));
    const { aes, mac } = deriveSecrets('initiator', exchange);
    expect(aes).toEqual(keccak256(concat(ecdhe, shared)));
    expect(mac).toEqual(keccak256(concat(ecdhe, aes)));
  });

  it('binds each direction to the packet that travelled in it', () => {
    const { egressMAC, ingressMAC } = deriveSecrets('initiator', exchange);
    const other = deriveSecrets('initiator', { ...exchange, auth: utf8('auti') });
    expect(other.egressMAC.digest()).not.toEqual(egressMAC.digest());
    expect(other.ingressMAC.digest()).toEqual(ingressMAC.digest());
  });
});

interface Eip8 {
  authMessages: { packet: string }[];
  ackMessages: { packet: string }[];
  ephemeralPrivateKeyA: string;
  ephemeralPrivateKeyB: string;
  derivedEphemeralPublicKeyA: string;
  derivedEphemeralPublicKeyB: string;
  initiatorNonceA: string;
  recipientNonceB: string;
  secretDerivation: {
    expectedAesSecret: string;
    expectedMacSecret: string;
    expectedIngressMacDigestAfterWritingAsciiFoo: string;
    derivedIntermediates: Record<string, string>;
  };
}

describe.skipIf(vectorFile === undefined)(
  `deriveSecrets, with geth's values ${needsVectors}`,
  () => {
    it.each(['initiator', 'recipient'] as const)(
      'derives what geth does as %s',
      (role) => {
        const eip8 = vectors('eip8') as Eip8;
        const expected = eip8.secretDerivation;
        const isInitiator = role === 'initiator';
        const ecdhe = ecdh(
          fromHex(isInitiator ? eip8.ephemeralPrivateKeyA : eip8.ephemeralPrivateKeyB),
          fromHex(
            isInitiator
              ? eip8.derivedEphemeralPublicKeyB
              : eip8.derivedEphemeralPublicKeyA,
          ),
        );
        const secrets = deriveSecrets(role, {
          ecdhe,
          initiatorNonce: fromHex(eip8.initiatorNonceA),
          recipientNonce: fromHex(eip8.recipientNonceB),
          auth: fromHex(eip8.authMessages[1]?.packet ?? ''),
          ack: fromHex(eip8.ackMessages[1]?.packet ?? ''),
        });
        const { derivedIntermediates } = expected;

        expect(toHex(ecdhe)).toBe(derivedIntermediates['ecdheSecret']);
        expect(toHex(secrets.aes)).toBe(expected.expectedAesSecret);
        expect(toHex(secrets.mac)).toBe(expected.expectedMacSecret);
        expect(toHex(secrets.egressMAC.digest())).toBe(
          derivedIntermediates[`${role}EgressMacDigestInitial`],
        );
        const foo = isInitiator ? secrets.egressMAC : secrets.ingressMAC;
        foo.update(utf8('foo'));
        expect(toHex(foo.digest())).toBe(
          expected.expectedIngressMacDigestAfterWritingAsciiFoo,
        );
      },
    );
  },
);
