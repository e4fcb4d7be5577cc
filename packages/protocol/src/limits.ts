/** The numbers that both ends of the data plane agree on. Sizes in bytes, durations in milliseconds. */

/** A frame from a client larger than this ends its connection. */
export const MAX_CLIENT_FRAME_BYTES = 64 * 1024;
/** A snapshot or delta larger than this is announced by `fetch` and carried by HTTP. */
export const MAX_INLINE_BYTES = 64 * 1024;
/** What a client keeps of the deltas that arrive while it carries out a `fetch`. */
export const MAX_PENDING_DELTA_BYTES = 64 * 1024;
/** A ruleset body longer than this is given up as a failed try, unless the application says otherwise. */
export const MAX_RULESET_BYTES = 256 * 1024 * 1024;

/** `hello` must arrive within this time of the upgrade. */
export const HELLO_TIMEOUT_MS = 5_000;
/** A client says hello again on one connection at most this often; a server refuses it sooner. */
export const MIN_REHELLO_MS = 5_000;
/** The server says `current` this often on a connection that is otherwise quiet. */
export const HEARTBEAT_MS = 15_000;
/** No message for this long: the connection is dead, whatever the socket says. */
export const WATCHDOG_MS = 45_000;
/** A client acknowledges at most this often. */
export const MIN_ACK_MS = 1_000;

/** Above this much unsent, nothing more is written to a connection until it drains. */
export const MAX_UNSENT_BYTES = 256 * 1024;
/** A connection that has not drained for this long is closed (4408). */
export const SLOW_READER_MS = 30_000;
/** Deltas are kept for the last so many revisions of a view … */
export const DELTA_WINDOW_REVISIONS = 1_000;
/** … up to so many bytes of them. */
export const DELTA_WINDOW_BYTES = 4 * 1024 * 1024;

/** What `hello` says of a client (its names, its instance, its key, an epoch) is refused beyond this length each. */
export const MAX_HELLO_TEXT_LENGTH = 256;
