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
  it('gives both sides the same keys, and what the MACs begin with crosswise', () => {
    const initiator = deriveSecrets('initiator', exchange);
    const recipient = deriveSecrets('recipient', exchange);

    expect(recipient.aes).toEqual(initiator.aes);
    expect(recipient.mac).toEqual(initiator.mac);
    expect(recipient.aes).not.toEqual(recipient.mac);
    expect(recipient.egress).toEqual(initiator.ingress);
    expect(recipient.ingress).toEqual(initiator.egress);
    expect(recipient.ingress).not.toEqual(recipient.egress);
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
    const { egress, ingress } = deriveSecrets('initiator', exchange);
    const other = deriveSecrets('initiator', { ...exchange, auth: utf8('auti') });
    expect(other.egress).not.toEqual(egress);
    expect(other.ingress).toEqual(ingress);
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
        expect(toHex(keccak256(secrets.egress))).toBe(
          derivedIntermediates[`${role}EgressMacDigestInitial`],
        );
        const foo = isInitiator ? secrets.egress : secrets.ingress;
        expect(toHex(keccak256(foo, utf8('foo')))).toBe(
          expected.expectedIngressMacDigestAfterWritingAsciiFoo,
        );
      },
    );
  },
);
