/** The cases of the select in `Peer.firstCause`, in the order in which a page tells them. */
export const causes = ['readErr', 'writeErr', 'protoErr', 'disc'] as const;
export type Cause = (typeof causes)[number];
