/**
 * One stream, from its upgrade to its close.
 *
 *     greeting ──hello──► joining ──► live ──► closed
 *        │ 5 s              │           │  ▲
 *        ▼                  ▼           ▼  │ drained
 *      4400           4401, 1013     blocked (256 KiB unsent) ──30 s──► 4408
 *
 * It holds a cursor, the revision that it has sent up to, and no queue: a reader that was slow gets one delta for all
 * that it missed. It neither knows who else is connected nor keeps time; the hub calls `push`, `beat` and `sweep`.
 */
import {
  CloseCode,
  HELLO_TIMEOUT_MS,
  type HelloMessage,
  MAX_UNSENT_BYTES,
  MIN_REHELLO_MS,
  PROTOCOL_VERSION,
  type ProblemCode,
  type ProblemMessage,
  parseClientMessage,
  problemCodes,
  SLOW_READER_MS,
  type StateIdentity,
} from "@bannerol/protocol";
import type { ConnectionHost, Peer } from "./connection-host.ts";
import { type DeltaWindow, encode, type Transfer } from "./delta-window.ts";
import type { Admit, Grant, HubSocket, KeyRefusal, Transport } from "./ports.ts";
import { resume } from "./resume.ts";

type Phase = "greeting" | "joining" | "live" | "closed";

export class Connection {
  readonly openedAt: number;
  #phase: Phase = "greeting";
  #grant: Grant | undefined;
  #window: DeltaWindow | undefined;
  #peer: Peer | undefined;
  #epoch = "";
  #cursor = 0;
  #acknowledged = 0;
  #isRemote = false;
  #helloAt: number | undefined;
  #blockedSince: number | undefined;
  /** Said again by a reader that is too slow to take the answer now: whoever asks and never reads costs no more. */
  #unanswered: HelloMessage | undefined;
  readonly #socket: HubSocket;
  readonly #host: ConnectionHost;
  readonly #admit: Admit;

  constructor(host: ConnectionHost, socket: HubSocket, admit: Admit) {
    this.#host = host;
    this.#socket = socket;
    this.#admit = admit;
    if (typeof admit !== "function") this.#grant = admit;
    this.openedAt = host.monotonic();
  }

  get keyId(): string | undefined {
    return this.#grant?.keyId;
  }

  get viewId(): string | undefined {
    return this.#grant?.viewId;
  }

  get peer(): Peer | undefined {
    return this.#peer;
  }

  get transport(): Transport {
    return this.#socket.transport;
  }

  get unsentBytes(): number {
    return this.#socket.unsentBytes;
  }

  /** Whether it asks for keys and versions alone: its flags are evaluated by the server. */
  get isRemote(): boolean {
    return this.#isRemote;
  }

  /** The newest revision that the client says it has applied; 0 before it has said so. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** A frame arrived. Never throws: a bad one ends this connection alone. */
  receive(text: string): void {
    if (this.#phase === "closed") return;
    const parsed = parseClientMessage(text);
    if (!parsed.ok) {
      this.refuse(CloseCode.malformed, "malformed_request", `The frame is not a message: ${parsed.reason}`);
    } else if (parsed.message?.type === "hello") {
      this.greet(parsed.message);
    } else if (parsed.message?.type === "ack") {
      this.acknowledge(parsed.message.revision);
    }
  }

  /**
   * The client says what it has applied, be it by a frame or by a request beside the stream, which names the `epoch` too.
   * Tells whether that is a state which this connection was sent.
   */
  acknowledge(revision: number, epoch = this.#epoch): boolean {
    if (this.#phase !== "live" || epoch !== this.#epoch || this.viewId === undefined) return false;
    const applied = Math.min(revision, this.#cursor);
    if (applied > this.#acknowledged) this.#host.observer?.acknowledged(this.viewId, applied);
    this.#acknowledged = applied;
    return revision <= this.#cursor;
  }

  /** The socket is gone. */
  closed(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#host.leave(this);
  }

  /** Sends what is newer than the cursor, unless the reader is too slow to take it now. */
  push(): void {
    this.#tell((window) => {
      const { epoch, revision } = window.head;
      if (epoch !== this.#epoch) this.#deliver(window.whole(), window);
      else if (revision !== this.#cursor) this.#deliver(window.since(this.#cursor), window);
    });
  }

  /** The heartbeat: `current`, or what is newer. */
  beat(): void {
    this.#tell((window) => {
      if (this.#cursor === window.head.revision && this.#epoch === window.head.epoch) {
        this.#write(window.current(), window.head);
      } else this.push();
    });
  }

  /** Ends what has waited too long: for a hello, or for a reader that does not read. */
  sweep(now: number): void {
    if (this.#phase === "greeting" && now - this.openedAt >= HELLO_TIMEOUT_MS) {
      this.refuse(CloseCode.malformed, "malformed_request", "No hello came within 5 s of the upgrade.");
    } else if (this.#blockedSince !== undefined && now - this.#blockedSince >= SLOW_READER_MS) {
      this.#host.observer?.cutSlowReader();
      this.#socket.close(CloseCode.tooSlow, "too slow");
      // A peer that does not read will not answer a closing handshake either.
      this.#socket.terminate();
      this.closed();
    }
  }

  /** The server is going: come back within the window. */
  goodbye(reason: string, afterMs: readonly [min: number, max: number]): void {
    if (this.#phase === "closed") return;
    this.#write(encode({ type: "goodbye", reason, afterMs }));
    this.#socket.close(CloseCode.goingAway, reason);
    this.closed();
  }

  /** Says what is wrong, and closes. */
  refuse(close: CloseCode, code: ProblemCode, detail: string): void {
    if (this.#phase === "closed") return;
    const { title, status } = problemCodes[code];
    this.#write(encode({ type: "problem", code, title, status, detail } satisfies ProblemMessage));
    this.#socket.close(close, title);
    this.closed();
  }

  /** A hello arrived, or whoever owns the socket says it for a client that cannot. */
  greet(hello: HelloMessage): void {
    if (this.#phase === "closed") return;
    const now = this.#host.monotonic();
    if (hello.protocol !== PROTOCOL_VERSION) {
      const detail = `This server speaks protocol ${PROTOCOL_VERSION}, the client asked for ${hello.protocol}. Use an SDK that speaks it.`;
      this.refuse(CloseCode.protocolNotSpoken, "malformed_request", detail);
    } else if (this.#phase === "joining" || (this.#helloAt !== undefined && now - this.#helloAt < MIN_REHELLO_MS)) {
      this.refuse(
        CloseCode.malformed,
        "malformed_request",
        "Hello came again within 5 s. Wait that long before resyncing.",
      );
    } else {
      this.#helloAt = now;
      this.#peer = { instance: hello.instance, ...hello.sdk };
      if (this.#phase !== "live") void this.#enter(hello);
      else if (this.#blockedSince === undefined) this.#answerAgain(hello);
      else this.#unanswered = hello;
    }
  }

  #answerAgain({ have }: HelloMessage): void {
    this.#tell((window) => this.#answer(have, window));
  }

  /** Where the reader can take it. A view that cannot be read ends those who look at it, and nobody else. */
  #tell(how: (window: DeltaWindow) => void): void {
    if (this.#window === undefined || this.#phase !== "live" || this.#blockedSince !== undefined) return;
    try {
      how(this.#window);
    } catch {
      this.#comeBack();
    }
  }

  #comeBack(): void {
    this.refuse(CloseCode.tryLater, "try_later", "The server could not read its log. Come back in a moment.");
  }

  async #enter(hello: HelloMessage): Promise<void> {
    this.#phase = "joining";
    this.#isRemote = hello.evaluation === "remote";
    try {
      const grant = await this.#authenticate(hello.key);
      if (this.#phase !== "joining") return;
      if ("closeCode" in grant) {
        this.refuse(grant.closeCode, grant.code, grant.detail);
        return;
      }
      this.#grant = grant;
      const window = this.#host.join(this, grant);
      this.#window = window;
      if (hello.have?.epoch === window.head.epoch && hello.have.revision > window.head.revision) {
        await grant.source.catchUp(hello.have);
      }
      if (this.#phase === "joining") this.#answer(hello.have, window);
    } catch {
      this.#comeBack();
    }
  }

  #authenticate(key: string | undefined): Promise<Grant | KeyRefusal> | Grant | KeyRefusal {
    if (typeof this.#admit !== "function") return this.#admit;
    if (key !== undefined) return this.#admit(key);
    return {
      closeCode: CloseCode.unauthorized,
      code: "key_invalid",
      detail: "Neither an Authorization header nor the hello held an SDK key. Send one.",
    };
  }

  #answer(have: StateIdentity | undefined, window: DeltaWindow): void {
    const how = resume(have, window.head, window.checksumAt);
    if (how === "ahead") {
      const detail = "This node has not read as far in the log as the client has. Come back in a moment.";
      this.refuse(CloseCode.tryLater, "try_later", detail);
      return;
    }
    this.#phase = "live";
    this.#epoch = window.head.epoch;
    this.#cursor = have !== undefined && how !== "whole" ? have.revision : 0;
    if (how === "current") this.#write(window.current(), window.head);
    else this.#deliver(how === "delta" ? window.since(this.#cursor) : window.whole(), window);
  }

  #deliver(transfer: Transfer, window: DeltaWindow): void {
    this.#cursor = window.head.revision;
    this.#epoch = window.head.epoch;
    if (transfer === "fetch") this.#write(window.fetch(this.#host.fetchSpreadMs()));
    else this.#write(transfer.inline, window.head);
  }

  #write(frame: Uint8Array, state?: StateIdentity): void {
    this.#socket.send(frame, this.#flushed, state);
    if (this.#socket.unsentBytes >= MAX_UNSENT_BYTES) this.#blockedSince ??= this.#host.monotonic();
  }

  #flushed = (): void => {
    if (this.#blockedSince === undefined || this.#socket.unsentBytes > 0) return;
    this.#blockedSince = undefined;
    const hello = this.#unanswered;
    this.#unanswered = undefined;
    if (hello === undefined) this.push();
    else this.#answerAgain(hello);
  };
}
