import type { Edits } from '#kit/edits.ts';

// TODO: change the bytes of each message. What stands behind // is for you alone.
export const edits: Edits = {
  // A refuses it with reason 3, “useless peer”.
  'useless-peer': `
    f8 52                                            //   0 hello.list
    05                                               //   2 hello.version 5
    86                                               //   3 hello.name.length
    73 63 72 69 70 74                                //   4 hello.name “script”
    c6                                               //  10 hello.caps.list
    c5                                               //  11 hello.cap.list
    83                                               //  12 hello.cap-name.length
    65 74 68                                         //  13 hello.cap-name “eth”
    3f                                               //  16 hello.cap-version 63
    80                                               //  17 hello.listen-port 0
    b8 40                                            //  18 hello.id.length
    51 04 db eb e8 5f 3f f1 3a 06 f0 1d ea 66 09 d7  //  20 hello.id
    64 64 e7 37 e2 f3 3f d3 f0 e4 7b 2c 81 63 d3 9c  //  36
    ab be 9a 47 6a 8a 57 49 01 99 20 3d 7f 9b 14 35  //  52
    82 8c 89 a6 6f fc 00 f6 2d a8 cc 3b 28 c4 30 00  //  68
  `,

  // A refuses it with reason 7, “invalid node identity”.
  'invalid-identity': `
    f8 52                                            //   0 hello.list
    05                                               //   2 hello.version 5
    86                                               //   3 hello.name.length
    73 63 72 69 70 74                                //   4 hello.name “script”
    c6                                               //  10 hello.caps.list
    c5                                               //  11 hello.cap.list
    83                                               //  12 hello.cap-name.length
    65 74 68                                         //  13 hello.cap-name “eth”
    3f                                               //  16 hello.cap-version 63
    80                                               //  17 hello.listen-port 0
    b8 40                                            //  18 hello.id.length
    51 04 db eb e8 5f 3f f1 3a 06 f0 1d ea 66 09 d7  //  20 hello.id
    64 64 e7 37 e2 f3 3f d3 f0 e4 7b 2c 81 63 d3 9c  //  36
    ab be 9a 47 6a 8a 57 49 01 99 20 3d 7f 9b 14 35  //  52
    82 8c 89 a6 6f fc 00 f6 2d a8 cc 3b 28 c4 30 00  //  68
  `,

  // A cannot decode it, and the line closes without a word. It is as long as it was.
  'not-a-hello': `
    f8 52                                            //   0 hello.list
    05                                               //   2 hello.version 5
    86                                               //   3 hello.name.length
    73 63 72 69 70 74                                //   4 hello.name “script”
    c6                                               //  10 hello.caps.list
    c5                                               //  11 hello.cap.list
    83                                               //  12 hello.cap-name.length
    65 74 68                                         //  13 hello.cap-name “eth”
    3f                                               //  16 hello.cap-version 63
    80                                               //  17 hello.listen-port 0
    b8 40                                            //  18 hello.id.length
    51 04 db eb e8 5f 3f f1 3a 06 f0 1d ea 66 09 d7  //  20 hello.id
    64 64 e7 37 e2 f3 3f d3 f0 e4 7b 2c 81 63 d3 9c  //  36
    ab be 9a 47 6a 8a 57 49 01 99 20 3d 7f 9b 14 35  //  52
    82 8c 89 a6 6f fc 00 f6 2d a8 cc 3b 28 c4 30 00  //  68
  `,

  // A takes B for a peer and reads the same five elements, although its list is longer.
  longer: `
    f8 52                                            //   0 hello.list
    05                                               //   2 hello.version 5
    86                                               //   3 hello.name.length
    73 63 72 69 70 74                                //   4 hello.name “script”
    c6                                               //  10 hello.caps.list
    c5                                               //  11 hello.cap.list
    83                                               //  12 hello.cap-name.length
    65 74 68                                         //  13 hello.cap-name “eth”
    3f                                               //  16 hello.cap-version 63
    80                                               //  17 hello.listen-port 0
    b8 40                                            //  18 hello.id.length
    51 04 db eb e8 5f 3f f1 3a 06 f0 1d ea 66 09 d7  //  20 hello.id
    64 64 e7 37 e2 f3 3f d3 f0 e4 7b 2c 81 63 d3 9c  //  36
    ab be 9a 47 6a 8a 57 49 01 99 20 3d 7f 9b 14 35  //  52
    82 8c 89 a6 6f fc 00 f6 2d a8 cc 3b 28 c4 30 00  //  68
  `,
};
