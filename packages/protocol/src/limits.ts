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

/** A poller asks about this often, unless the server's `max-age` says otherwise. */
export const POLL_MS = 30_000;

/** The body of a request to evaluate … */
export const MAX_EVALUATE_BYTES = 128 * 1024;
/** … and the context in it. */
export const MAX_CONTEXT_BYTES = 64 * 1024;

/** A batch of events, as it unpacks. */
export const MAX_EVENTS_BYTES = 256 * 1024;
/** Rows of one kind in a batch, and flags asked for at once. */
export const MAX_EVENT_ROWS = 2_000;
/** Of one row of a batch. */
export const MAX_EVENT_COUNT = 1_000_000_000;
/** An SDK sends a batch about this often. */
export const EVENTS_MS = 30_000;
/** A batch that was not answered is sent again for so long at most: the server knows its id for twice as long. */
export const EVENT_RETRY_MS = 600_000;
/** The same while a flag watches a metric. */
export const WATCHED_EVENTS_MS = 5_000;
/** Rows of outcomes, and of parallel runs, in a batch. */
export const MAX_OUTCOME_ROWS = 200;
/** Sides of one row: variants of a rollout, and those whom it left out. */
export const MAX_OUTCOME_SIDES = 20;
/** A value that is further from 0 counts as none: of so large ones a batch could not hold the squares. */
export const MAX_OUTCOME_VALUE = 1e40;
/** Signatures of mismatches in one row, and known differences. */
export const MAX_MISMATCHES = 50;
/** Samples of mismatches in one row, and the length of each. */
export const MAX_SAMPLES = 5;
export const MAX_SAMPLE_LENGTH = 1_000;
