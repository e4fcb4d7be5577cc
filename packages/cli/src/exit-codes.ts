/** What the process says with its exit code. A contract: scripts read it. */
export const ExitCode = {
  done: 0,
  refused: 1,
  usage: 2,
  notFound: 3,
  noValidToken: 4,
  notAllowed: 5,
  conflict: 6,
  outOfReach: 7,
  invalid: 8,
  /** `eval --test` found the flag off. */
  off: 10,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
