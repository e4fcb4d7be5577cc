/** What compiles, and what does not, once flags are declared. The flags are `generated-types.test.ts`'s. */
import { createClient as createPageClient, type FlagKeyOf } from "@bannerol/sdk-browser";
import { parallelRunOf } from "@bannerol/sdk-browser/parallel";
import { createClient as createRemoteClient } from "@bannerol/sdk-browser/remote";
import { createClient, currentFlags, type FlagKey, type FlagValue, type Hook } from "@bannerol/sdk-node";
import { createTestClient } from "@bannerol/sdk-node/testing";

interface Layout {
  readonly [name: string]: number;
}
const layout: Layout = { columns: 2 };
const who = { targetingKey: "u1" };
const some: string = String(who.targetingKey);

const flags = createClient({ url: "http://localhost:4400", key: "bnr_server_x" });
const bound = flags.forContext(who);
const page = createPageClient({ url: "http://localhost:4400", key: "bnr_client_x" });
const test = createTestClient({ "new-checkout": true, theme: "dark", limits: 7, layout: { columns: 3 } });

/** By context, bound to one, of a request, frozen, and in a page: what compiles. */
export const answers: readonly [boolean, boolean, string, number, Layout][] = [
  [
    flags.isEnabled("new-checkout", who, true),
    flags.value("new-checkout", who, false),
    flags.value("theme", undefined, "light"),
    flags.value("limits", who, 5),
    flags.value("layout", who, layout),
  ],
  [
    bound.isEnabled("7.days", true),
    bound.value("new-checkout", false),
    bound.evaluate("theme", "light").value,
    bound.evaluate("limits", 5).value,
    bound.evaluate("layout", layout).value,
  ],
  [
    flags.boolean("new-checkout", false)(who),
    bound.boolean("new-checkout", false)(),
    flags.string("theme", "light")(who),
    flags.number("limits", 5)(who),
    flags.json<Layout>("layout", { columns: 2 })(who),
  ],
  [
    flags.snapshot().isEnabled("new-checkout", who),
    bound.snapshot().value("new-checkout", false),
    currentFlags()?.value("theme", "light") ?? "",
    flags.snapshot().evaluate("limits", who, 5).value,
    bound.value<Layout>("layout", { columns: 2 }),
  ],
  [
    page.isEnabled("new-checkout"),
    page.boolean("new-checkout", false)(),
    page.value("theme", "light"),
    page.snapshot().number("limits", 5)(),
    page.value("layout", layout),
  ],
  [test.isEnabled("new-checkout"), true, test.value("theme", who, "light"), 0, test.value("layout", who, layout)],
];
flags.value("layout", who, null);
flags.value("layout", who, [1, 2]);
flags.explain("theme", who);
flags.parallelRun("new-checkout", who, { control: () => 1, candidate: () => 2 });
parallelRunOf(page)("new-checkout", { control: () => 1, candidate: () => 2 });
test.set("theme", "dark");
test.setFor("u1", "limits", 3);
test.evaluations("theme");
test.remove("theme");

/** A key that is known when the program runs, and a function that takes keys. */
flags.isEnabled(some as FlagKeyOf<"boolean">, who);
export const themeOr = <Key extends FlagKey>(key: Key, fallback: FlagValue<Key>) => flags.value(key, who, fallback);
export const heard: Hook = { after: ({ flagKey }) => void (flagKey === "theme") };

// @ts-expect-error: a key that is misspelt
flags.isEnabled("new-chekout", who);
// @ts-expect-error: any text
flags.isEnabled(some, who);
// @ts-expect-error: a flag that is not boolean
flags.isEnabled("theme", who);
// @ts-expect-error: a key that is misspelt
flags.value("theem", who, "light");
// @ts-expect-error: any text
flags.value(some, who, "light");
// @ts-expect-error: a default of another type
flags.value("theme", who, 7);
// @ts-expect-error: a default of another type
flags.value("new-checkout", who, "on");
// @ts-expect-error: a default that makes the flag another type's
flags.value("layout", who, true);
// @ts-expect-error: a default that is not there
flags.value("theme", who);
// @ts-expect-error: a value of another type
export const limits: string = flags.value("limits", who, 5);
// @ts-expect-error: a value of another type
export const reason: string = flags.evaluate("limits", who, 5).value;
// @ts-expect-error: a key that is misspelt
flags.evaluate("theem", who, "light");
// @ts-expect-error: a default of another type
flags.evaluate("theme", who, false);
// @ts-expect-error: a key that is misspelt
flags.explain("theem", who);
// @ts-expect-error: a flag of another type
flags.boolean("theme", false);
// @ts-expect-error: a flag of another type
flags.string("limits", "5");
// @ts-expect-error: a flag of another type
flags.number("theme", 5);
// @ts-expect-error: a flag of another type
flags.json("theme", { dark: true });
// @ts-expect-error: a flag that is not boolean
flags.parallelRun("theme", who, { control: () => 1, candidate: () => 2 });
// @ts-expect-error: a flag that is not boolean
bound.parallelRun("theme", { control: () => 1, candidate: () => 2 });
// @ts-expect-error: a key that is misspelt
bound.isEnabled("new-chekout");
// @ts-expect-error: a default of another type
bound.value("theme", 7);
// @ts-expect-error: a key that is misspelt
bound.evaluate("theem", "light");
// @ts-expect-error: a key that is misspelt
bound.explain("theem");
// @ts-expect-error: a flag of another type
bound.string("new-checkout", "on");
// @ts-expect-error: a key that is misspelt
flags.snapshot().value("theem", who, "light");
// @ts-expect-error: a key that is misspelt
currentFlags()?.isEnabled("new-chekout");
// @ts-expect-error: a key that is misspelt
export const deaf: Hook = { after: ({ flagKey }) => void (flagKey === "theem") };
// @ts-expect-error: a key that is misspelt
createTestClient({ "new-chekout": true });
// @ts-expect-error: a value of another type
createTestClient({ theme: 7 });
// @ts-expect-error: a key that is misspelt
test.set("theem", "dark");
// @ts-expect-error: a value of another type
test.set("theme", 7);
// @ts-expect-error: a value of another type
test.setFor("u1", "limits", "3");
// @ts-expect-error: a key that is misspelt
test.remove("theem");
// @ts-expect-error: a key that is misspelt
test.evaluations("theem");
// @ts-expect-error: a key that is misspelt
page.isEnabled("new-chekout");
// @ts-expect-error: a default of another type
page.value("theme", 7);
// @ts-expect-error: a default of another type
page.evaluate("limits", "5");
// @ts-expect-error: a flag of another type
page.number("theme", 5);
// @ts-expect-error: a key that is misspelt
page.snapshot().isEnabled("new-chekout");
// @ts-expect-error: a flag that is not boolean
parallelRunOf(page)("theme", { control: () => 1, candidate: () => 2 });
// @ts-expect-error: a key that is misspelt
createRemoteClient({ url: "http://localhost:4400", key: "bnr_client_x" }).isEnabled("new-chekout");
