/** For tests: what builders of database queries are, no promise, but what begins its work at each `then`. */
export class Query<T> implements PromiseLike<T> {
  begun = 0;
  readonly #work: () => Promise<T>;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  // biome-ignore lint/suspicious/noThenProperty: that is what it is about.
  then<A = T, B = never>(
    kept?: ((value: T) => A | PromiseLike<A>) | null,
    broken?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    this.begun++;
    return this.#work().then(kept, broken);
  }
}
