/**
 * Where geth v1.8.12 has what this code mirrors. The lines were read in that tag; a
 * symbol whose line nobody has read stands here without one. A `@geth file symbol` tag
 * in `impl/` and a citation such as `p2p/peer.go:273` in a page or a comment must be in
 * this table: `test/repo/geth-map.test.ts` holds them together.
 */

export interface GethSymbol {
  /** Path in go-ethereum. */
  readonly file: string;
  /** Methods carry their receiver's type. */
  readonly symbol: string;
  readonly line?: number;
}

export interface GethPlace {
  readonly file: string;
  readonly line: number;
  /** What stands there. */
  readonly what: string;
}

/** `undefined`: it exists, its line was not read. */
type Lines = Readonly<Record<string, number | undefined>>;

const symbols: Readonly<Record<string, Lines>> = {
  'p2p/server.go': {
    defaultDialTimeout: 39,
    maxActiveDialTasks: 42,
    defaultMaxPendingPeers: 43,
    frameReadTimeout: 48,
    frameWriteTimeout: 51,
    errServerStopped: undefined,
    Config: undefined,
    scheduleTasks: undefined,

    conn: 199,
    connFlag: undefined,
    transport: undefined,
    Server: undefined,
    'Server.Self': 309,
    'Server.Stop': 341,
    'Server.Start': 384,
    'Server.run': 538,
    'Server.protoHandshakeChecks': 694,
    'Server.encHandshakeChecks': 704,
    'Server.maxDialedConns': undefined,
    'Server.listenLoop': 740,
    'Server.SetupConn': 795,
    'Server.setupConn': 809,
    'Server.checkpoint': 865,
    'Server.runPeer': 882,
    'Server.AddPeer': undefined,
    'Server.RemovePeer': undefined,
    'Server.Peers': undefined,
    'Server.PeerCount': undefined,
    'Server.NodeInfo': 923,
    'Server.PeersInfo': 952,
  },
  'p2p/peer.go': {
    baseProtocolVersion: 40,
    pingInterval: 46,

    protoHandshake: 58,
    PeerEvent: undefined,
    Peer: undefined,
    'Peer.Disconnect': 154,
    newPeer: 171,
    'Peer.run': 189,
    'Peer.pingLoop': 239,
    'Peer.readLoop': 257,
    'Peer.handle': 273,
    countMatchingProtocols: 303,
    matchProtocols: 316,
    'Peer.startProtocols': 340,
    'Peer.getProto': 368,
    protoRW: 377,
    'protoRW.WriteMsg': 387,
    'protoRW.ReadMsg': 406,
    PeerInfo: 419,
  },
  'p2p/peer_error.go': {
    peerError: undefined,
    errProtocolReturned: undefined,
    DiscReason: undefined,
    'DiscReason.String': 91,
    discReasonForError: 102,
  },
  'p2p/protocol.go': { Protocol: 26, Cap: undefined },
  'p2p/message.go': {
    ErrPipeClosed: undefined,
    MsgPipeRW: undefined,

    Msg: undefined,
    MsgReadWriter: undefined,
    Send: undefined,
    SendItems: undefined,
    MsgPipe: 149,
    ExpectMsg: 222,
    msgEventer: 252,
  },
  'p2p/dial.go': {
    dialHistoryExpiration: 35,
    waitExpireTask: undefined,

    dialstate: undefined,
    'dialstate.newTasks': 162,
    'dialstate.checkDial': 263,
    'dialstate.taskDone': 280,
    'dialstate.addStatic': undefined,
    'dialstate.removeStatic': undefined,
    dialTask: undefined,
    'dialTask.Do': 291,
    'dialTask.dial': 348,
  },
  'p2p/rlpx.go': {
    handshakeTimeout: 65,
    discWriteTimeout: 70,
    newRLPX: undefined,
    secrets: undefined,

    rlpx: undefined,
    'rlpx.ReadMsg': 91,
    'rlpx.WriteMsg': 98,
    'rlpx.close': 105,
    'rlpx.doProtoHandshake': 124,
    readProtocolHandshake: 144,
    'rlpx.doEncHandshake': undefined,
    encHandshake: undefined,
    authMsgV4: 218,
    authRespV4: 231,
    'encHandshake.secrets': 242,
    initiatorEncHandshake: 283,
    receiverEncHandshake: 356,
    sealEIP8: 467,
    readHandshakeMsg: 487,
    rlpxFrameRW: 566,
    'rlpxFrameRW.WriteMsg': undefined,
    'rlpxFrameRW.ReadMsg': undefined,
    updateMAC: 724,
  },
  'p2p/discover/node.go': { Node: undefined, NodeID: undefined },
  'crypto/ecies/ecies.go': {
    Encrypt: undefined,
    'PrivateKey.Decrypt': undefined,
    concatKDF: undefined,
  },
  'rlp/decode.go': { 'Stream.readKind': undefined },
  'core/types/block.go': { 'Header.Hash': undefined, CalcUncleHash: undefined },
  'core/types/transaction.go': {
    'Transaction.Hash': undefined,
    'Transaction.Size': undefined,
  },
  'core/types/transaction_signing.go': {
    'EIP155Signer.Sender': undefined,
    SignTx: undefined,
  },
  'core/types/derive_sha.go': { DeriveSha: undefined },
  'core/genesis.go': { 'Genesis.ToBlock': undefined },
  'core/headerchain.go': { 'HeaderChain.GetAncestor': 318 },
  'core/block_validator.go': { 'BlockValidator.ValidateBody': undefined },
  'core/blockchain.go': {
    'BlockChain.Export': undefined,
    'BlockChain.InsertChain': undefined,
    'BlockChain.WriteBlockWithState': undefined,
    'BlockChain.insertChain': undefined,
  },
  'consensus/ethash/consensus.go': { 'Ethash.verifyHeader': undefined },
  'cmd/utils/cmd.go': { ImportChain: undefined },
  'eth/handler.go': {
    softResponseLimit: 46,
    estHeaderRlpSize: 47,
    daoChallengeTimeout: 55,
    'ProtocolManager.txBroadcastLoop': undefined,
    'ProtocolManager.NodeInfo': undefined,

    ProtocolManager: undefined,
    NewProtocolManager: 101,
    'ProtocolManager.removePeer': 184,
    'ProtocolManager.Start': 203,
    'ProtocolManager.Stop': 220,
    'ProtocolManager.handle': 251,
    'ProtocolManager.handleMsg': 318,
    'ProtocolManager.BroadcastBlock': 693,
    'ProtocolManager.BroadcastTxs': 726,
  },
  'eth/peer.go': {
    handshakeTimeout: 58,
    maxKnownTxs: undefined,
    maxKnownBlocks: undefined,
    maxQueuedTxs: undefined,
    maxQueuedProps: undefined,
    maxQueuedAnns: undefined,
    'peer.AsyncSendNewBlock': undefined,
    'peer.AsyncSendNewBlockHash': undefined,
    'peer.SendTransactions': undefined,
    'peer.Info': undefined,
    'peer.SetHead': undefined,
    'peer.SendBlockHeaders': undefined,
    'peer.SendBlockBodiesRLP': undefined,
    'peer.RequestHeadersByNumber': undefined,
    'peer.RequestBodies': undefined,

    peer: 75,
    'peer.broadcast': 114,
    'peer.Handshake': 332,
    'peer.readStatus': 365,
    peerSet: undefined,
    'peerSet.Register': undefined,
    'peerSet.Unregister': undefined,
    'peerSet.BestPeer': undefined,
    'peerSet.Close': undefined,
  },
  'eth/protocol.go': {
    ProtocolVersions: undefined,
    ProtocolLengths: undefined,
    ProtocolMaxMsgSize: 46,
    getBlockHeadersData: undefined,

    errCode: undefined,
    hashOrNumber: undefined,
    statusData: undefined,
  },
  'eth/sync.go': {
    forceSyncCycle: 32,
    minDesiredPeerCount: 33,
    txsyncPackSize: undefined,

    'ProtocolManager.syncTransactions': 46,
    'ProtocolManager.txsyncLoop': 65,
    'ProtocolManager.syncer': 134,
    'ProtocolManager.synchronise': 164,
  },
  'eth/downloader/downloader.go': {
    Downloader: undefined,
    'Downloader.RegisterPeer': undefined,
    'Downloader.UnregisterPeer': undefined,
    'Downloader.syncWithPeer': undefined,
    MaxBlockFetch: undefined,
    MaxForkAncestry: 48,
    errBadPeer: undefined,
    ttlLimit: undefined,
    ttlScaling: undefined,
    rttMinEstimate: undefined,
    rttMaxEstimate: undefined,
    'Downloader.requestTTL': undefined,
    'Downloader.processFullSyncContent': undefined,

    'Downloader.Synchronise': 316,
    'Downloader.spawnSync': 479,
    'Downloader.fetchHeight': 546,
    'Downloader.findAncestor': 592,
    'Downloader.fetchHeaders': 764,
    'Downloader.fetchBodies': 927,
    'Downloader.processHeaders': 1160,
  },
  'eth/downloader/peer.go': {
    measurementImpact: undefined,
    peerConnection: undefined,
    'peerConnection.setIdle': undefined,
    'peerConnection.BlockCapacity': undefined,
  },
  'eth/downloader/queue.go': {
    queue: undefined,
    'queue.Schedule': undefined,
    'queue.ReserveBodies': undefined,
  },
  'eth/fetcher/fetcher.go': {
    arriveTimeout: undefined,
    gatherSlack: undefined,
    fetchTimeout: undefined,
    maxUncleDist: undefined,
    maxQueueDist: undefined,
    hashLimit: undefined,
    blockLimit: undefined,
    Fetcher: undefined,
    'Fetcher.Notify': undefined,
    'Fetcher.Enqueue': undefined,
    'Fetcher.FilterHeaders': undefined,
    'Fetcher.FilterBodies': undefined,
    'Fetcher.loop': undefined,
    'Fetcher.insert': undefined,
  },
  'core/state_transition.go': { IntrinsicGas: undefined },
  'params/protocol_params.go': { TxGas: undefined },
  'core/tx_pool.go': {
    'TxPool.AddRemotes': undefined,
  },
  'params/dao.go': {
    DAOForkBlockExtra: undefined,
  },
};

/** Lines that the pages cite and that are not the head of a symbol. */
const places: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'p2p/server.go': {
    44: 'dial ratio, 3 by default',
    57: 'Config',
    153: 'test hooks: newTransport, newPeerHook',
    188: 'connection flags',
    232: 'connection flags as text',
    570: 'a dial task starts',
    646: 'runPeer starts',
    671: 'shutdown part of the run loop',
    719: 'quotas for inbound and dialed peers',
    785: 'a task per accepted connection',
    900: 'the drop event: the text of the reason is built here',
  },
  'p2p/peer.go': {
    39: 'base protocol codes',
    44: 'snappy from version 5 on',
    70: 'peer events',
    118: 'constructor for tests',
    197: 'readLoop starts',
    198: 'pingLoop starts',
    277: 'a pong is sent from a task of its own',
    278: 'a Disconnect is read',
    352: 'a protocol runner starts',
  },
  'p2p/peer_error.go': { 24: 'peer errors', 59: 'the reasons' },
  'p2p/rlpx.go': {
    47: 'sizes of the handshake packets',
    130: 'the Hello is written by a task of its own',
    138: 'snappy is switched on',
    157: 'a Disconnect instead of a Hello',
    284: 'the initiator reports the identity that it dialed',
    371: 'plain in, plain out',
    603: 'a payload is compressed',
    700: 'a payload is decompressed',
  },
  'p2p/message.go': { 124: 'the signal that a payload is consumed' },
  'p2p/dial.go': {
    39: 'interval of lookups, 4 s',
    43: 'bootnodes not before 20 s',
    46: 'back-off of a resolve, 60 s to 1 h',
  },
  'crypto/ecies/ecies.go': { 121: 'the shared secret' },
  'crypto/ecies/params.go': { 103: 'parameters: AES-128, SHA-256' },
  'core/blockchain.go': { 959: 'which of two heads wins' },
  'node/defaults.go': { 46: '25 peers by default' },
  'node/node.go': {
    196: 'the p2p server starts before the services',
    418: 'services stop before the p2p server',
  },
  'eth/backend.go': {
    354: 'mining starts the acceptance of transactions',
    394: 'the limit of peers for eth',
    411: 'order of stopping',
  },
  'eth/config.go': { 38: 'fast sync by default' },
  'eth/handler.go': {
    51: 'transaction channel, 4096',
    136: 'the Run closure',
    176: 'an import by the fetcher starts the acceptance of transactions',
    295: 'the DAO timer',
    336: 'GetBlockHeaders',
    344: 'budget of non-canonical steps, 100',
    662: 'a NewBlock starts a sync',
  },
  'eth/peer.go': {
    40: 'known transactions 32768, known blocks 1024',
    46: 'queues of a peer',
    178: 'known sets are kept small',
    207: 'queued sends drop silently when full',
    337: 'Status is sent by a task of its own',
    428: 'the broadcast task starts',
  },
  'eth/protocol.go': {
    32: 'versions',
    44: 'lengths',
    67: 'errors',
    135: 'an origin is a hash or a number',
  },
  'eth/sync.go': {
    37: 'a pack of transactions, 100 KiB',
    91: 'a pack is sent by a task of its own',
    151: 'enough peers: a sync starts',
    155: 'every 10 s: a sync starts',
    207: 'a finished sync starts the acceptance of transactions',
    215: 'the new head is announced',
  },
  'eth/downloader/downloader.go': {
    40: 'headers, bodies, receipts, state in one reply',
    42: 'headers in one reply, and the skeleton: 128 × 192 of them',
    52: 'time-out of a request',
    303: 'the master peer leaves: the sync is cancelled',
    342: 'one sync from start to end',
    484: 'the five tasks of a sync',
    1326: 'import of finished blocks',
    1546: 'a delivery waits for the downloader',
    1571: 'the time-out follows the round trips',
  },
  'eth/fetcher/fetcher.go': {
    33: 'timers: 500 ms, 100 ms, 5 s',
    38: 'limits of number: 256 announcements, 64 blocks (39)',
    643: 'a block is imported by a task of its own',
  },
};

export const gethSymbols: readonly GethSymbol[] = Object.entries(symbols).flatMap(
  ([file, lines]) =>
    Object.entries(lines).map(([symbol, line]) => ({
      file,
      symbol,
      ...(line === undefined ? {} : { line }),
    })),
);

export const gethPlaces: readonly GethPlace[] = Object.entries(places).flatMap(
  ([file, lines]) =>
    Object.entries(lines).map(([line, what]) => ({ file, line: Number(line), what })),
);
