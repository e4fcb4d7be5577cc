/** A flag and releases of it, by HTTP, with a clock that a test sets. */
import { createHarness, FLAGS, field, type Harness } from "../../../testing/harness.ts";
import { ReleaseRunner } from "../run.ts";

export const PLACE = `${FLAGS}/checkout/environments/production`;
export const RELEASE = `${PLACE}/release`;
export const MINUTE = 60_000;
/** What a release goes through unless it says otherwise. */
export const plan = [1, 25, 100].map((percentage) => ({ percentage, hold: "1m" }));

export class Releases {
  readonly api: Harness;
  readonly runner: ReleaseRunner;

  constructor(api: Harness) {
    this.api = api;
    this.runner = new ReleaseRunner(api.services);
  }

  start(body: object = {}, token?: string) {
    const by = token === undefined ? {} : { token };
    return this.api.ask(`POST ${RELEASE}`, { body: { steps: plan, ...body }, ...by });
  }

  move(verb: string, body: object = {}) {
    return this.api.ask(`POST ${RELEASE}/${verb}`, { body });
  }

  async release(): Promise<unknown> {
    return (await this.api.ask(`GET ${RELEASE}`)).body;
  }

  async targeting(): Promise<unknown> {
    return (await this.api.ask(`GET ${PLACE}`)).body;
  }

  async served(): Promise<unknown> {
    return field(await this.targeting(), "fallthrough", "rollout", "weights");
  }

  /** Time goes by, and the server looks at its releases. */
  async passes(ms: number): Promise<void> {
    this.api.advance(ms);
    await this.runner.round();
  }

  /** Of the flag, the newest first. */
  async actions(): Promise<readonly string[]> {
    const { body } = await this.api.ask("GET /api/v1/projects/default/changes?flag=checkout");
    return Object(field(body, "items")).map((item: object) => field(item, "action"));
  }

  /** As it lies in the history: layouts too. */
  stored() {
    return this.api.ledger.state("default")?.targetings.get("production")?.get("checkout")?.document;
  }
}

/** With the flag `checkout`, as it is made. */
export async function createReleases(options: Parameters<typeof createHarness>[0] = {}): Promise<Releases> {
  const api = await createHarness(options);
  await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
  return new Releases(api);
}
