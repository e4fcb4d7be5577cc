import { describe, expect, it } from "vitest";
import type { Right } from "./roles.ts";
import { authorise, type Caller, Scope } from "./scope.ts";

const actor = { type: "token", id: "t", name: "" } as const;
const rights: readonly Right[] = ["read", "edit", "release", "administer"];

describe("a scope", () => {
  it.each(["", "superuser", "Admin", "constructor", "__proto__"])(
    "A15: is given to no role %j, whatever the right",
    (role) => {
      for (const right of rights) expect(authorise({ actor, role }, right, {})).toMatchObject({ code: "not_allowed" });
    },
  );

  it("reaches no further when it is narrowed than the token does", () => {
    const caller: Caller = { actor, role: "admin", project: "a" };
    const own = authorise(caller, "administer", { project: "a" });
    if (!(own instanceof Scope)) throw new Error("An admin of a may administer a.");
    expect(own.at({ project: "a", environment: "production" })).toBeInstanceOf(Scope);
    expect(own.at({ project: "b" })).toMatchObject({ code: "not_allowed" });
    expect(own.at({})).toMatchObject({ code: "not_allowed" });
    expect(own.with("read")).toBeInstanceOf(Scope);
  });

  it("of one environment reads the project and changes nothing of it", () => {
    const caller: Caller = { actor, role: "admin", project: "a", environment: "production" };
    expect(authorise(caller, "read", { project: "a" })).toBeInstanceOf(Scope);
    expect(authorise(caller, "edit", { project: "a" })).toMatchObject({ code: "not_allowed" });
    expect(authorise(caller, "edit", { project: "a", environment: "production" })).toBeInstanceOf(Scope);
    expect(authorise(caller, "read", { project: "a", environment: "staging" })).toMatchObject({ code: "not_allowed" });
    expect(authorise(caller, "read", {})).toMatchObject({ code: "not_allowed" });
  });

  it("that names an environment without a project reaches nothing", () => {
    const caller: Caller = { actor, role: "admin", environment: "production" };
    expect(authorise(caller, "read", { project: "a" })).toMatchObject({ code: "not_allowed" });
  });
});
