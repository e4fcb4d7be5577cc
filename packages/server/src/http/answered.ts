import type { Answer } from "./route.ts";

/** Ends a request early at the HTTP edge with an answer that is not the handler's: what was asked for waits. */
export class Answered extends Error {
  override readonly name = "Answered";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super("The request is answered already.");
    this.answer = answer;
  }
}
