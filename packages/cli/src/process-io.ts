/** The world as this process has it: its streams, environment, working folder and signals. */
import { once } from "node:events";
import { join, parse } from "node:path";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import envPaths from "env-paths";
import { ExitCode } from "./exit-codes.ts";
import type { Interrupts, Io, Sink, Source } from "./io.ts";

export function processIo(): Io {
  endWhereResultsAreLost(process.stdout);
  goOnUnheard(process.stderr);
  return {
    env: process.env,
    folder: workingFolder(),
    ownConfigFile: join(envPaths("bannerol", { suffix: "" }).config, "cli.json"),
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    stdin: source(),
    interrupts: interrupts(),
    clock: {
      now: () => performance.now(),
      date: () => Date.now(),
      sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => {}),
    },
  };
}

/** The working folder can be deleted under a shell's feet; nothing is found upwards from the root then. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return parse(process.execPath).root;
  }
}

const sink = (stream: NodeJS.WriteStream): Sink => ({
  isTerminal: stream.isTTY === true,
  get columns() {
    return stream.columns;
  },
  write: (text) => {
    stream.write(text);
  },
  drained: async () => {
    if (stream.writableNeedDrain) await once(stream, "drain");
  },
  asLog: () => lossy(stream),
});

/** `bannerol log | head -1`: who reads has read enough, which is no error. A full disk is one. */
function endWhereResultsAreLost(stdout: NodeJS.WriteStream): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? ExitCode.done);
    const told = `Standard output cannot be written (${error.message}). What was asked for may be done all the same.`;
    process.stderr.write(`error: ${told}\n`);
    process.exit(ExitCode.refused);
  });
}

/** Of a log that nobody reads, so much is kept in memory. */
const MOST_UNREAD_BYTES = 256 * 1024;

/** A server outlives whoever reads its log. That lines are lost is said once. */
function lossy(stream: NodeJS.WriteStream): Sink["write"] {
  let isTold = false;
  const lose = (why: string) => {
    const told = `The log cannot be written (${why}). Lines are lost until it can.`;
    if (!isTold) process.stderr.write(`error: ${told}\n`);
    isTold = true;
  };
  stream.removeAllListeners("error").on("error", ({ message }) => lose(message));
  return (text) => {
    if (stream.writableLength > MOST_UNREAD_BYTES) lose("whoever reads it has stopped");
    else stream.write(text);
  };
}

/** Nobody hears what is told on the way. What was asked for is done, and the exit code says how it went. */
function goOnUnheard(stderr: NodeJS.WriteStream): void {
  stderr.on("error", () => {});
}

function source(): Source {
  return {
    isTerminal: process.stdin.isTTY === true,
    ask: (question, { hidden = false } = {}) => ask(question, hidden),
    readAll: async () => {
      let text = "";
      for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
      return text;
    },
    bytes: () => process.stdin,
  };
}

/** What ends without a line counts as an empty answer; Ctrl-C ends the process. */
function ask(question: string, hidden: boolean): Promise<string> {
  process.stderr.write(question);
  // With an output that swallows everything the terminal shows nothing of what is typed.
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  return new Promise((resolve) => {
    const finish = (answer: string) => {
      if (hidden) process.stderr.write("\n");
      resolve(answer);
    };
    lines.once("line", (line) => {
      lines.removeAllListeners("close");
      lines.close();
      finish(line);
    });
    lines.once("close", () => finish(""));
    lines.once("SIGINT", () => process.exit(ExitCode.interrupted));
  });
}

/** Ctrl-C ends a command with the code that says so, until a command that has something to finish takes over. */
function interrupts(): Interrupts {
  const quit = () => process.exit(ExitCode.interrupted);
  process.on("SIGINT", quit);
  return {
    take: (listener) => {
      process.removeListener("SIGINT", quit);
      let taken = false;
      const hear = () => {
        if (taken) quit();
        taken = true;
        listener();
      };
      process.on("SIGINT", hear).on("SIGTERM", hear);
    },
  };
}
