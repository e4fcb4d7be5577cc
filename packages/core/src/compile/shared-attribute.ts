import { type AttributeReader, type Attributes, attributeReader } from "../attributes.ts";

/**
 * One attribute, as all the tests of a ruleset ask for it. It remembers what it found for the length of one run, so an
 * evaluation looks each attribute up once, however many rules and flags test it. Of 177 ns for five rules with two tests
 * each, asking ten times whether the context owns an attribute took 70.
 *
 * Only scalars are remembered, one for each attribute, so that no object of a caller's is kept alive.
 */
export class SharedAttribute {
  readonly #read: AttributeReader;
  #run = -1;
  #value: unknown;

  constructor(name: string) {
    this.#read = attributeReader(name);
  }

  /** Throws where reading the attributes does. */
  valueIn(attributes: Attributes, run: number): unknown {
    return this.#run === run ? this.#value : this.#look(attributes, run);
  }

  #look(attributes: Attributes, run: number): unknown {
    const value = this.#read(attributes);
    if (typeof value === "object" || typeof value === "function") return value;
    // After the reading, which may run code of the caller's that evaluates flags.
    this.#run = run;
    this.#value = value;
    return value;
  }
}
