/**
 * What tabs say to each other. A tab that is connected to the server is the leader; for the others it is the server: they
 * speak the stream's own protocol with it, so that a message that was lost or does not fit is found as on any stream.
 *
 *     follower ── open, say(hello) ──► leader
 *     follower ◄── opened, message(snapshot | current | delta), closed ── leader
 */
export interface TabMessage {
  readonly type: "open" | "say" | "opened" | "message" | "closed" | "live";
  /** The tab that speaks, or is spoken to; absent where all are. */
  readonly tab?: string;
  readonly text?: string;
}

/** Texts between tabs of one origin. */
export interface TabChannel {
  readonly post: (message: TabMessage) => void;
  /** The answer ends it. */
  readonly listen: (heard: (message: TabMessage) => void) => () => void;
}
