import { DrizzleQueryError } from "drizzle-orm";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { asFault, isConnectionFault, isUncertain } from "./faults.ts";

const fromServer = (code: string): Error => Object.assign(new postgres.PostgresError("no"), { code });
const fromDriver = (code: string): Error => Object.assign(new Error("no"), { code });

describe("faults", () => {
  it.each([
    ["53100", "full"],
    ["58030", "io"],
    ["58P01", "io"],
    ["XX001", "corrupt"],
    ["42P01", "corrupt"],
    ["28P01", "unavailable"],
    ["3D000", "unavailable"],
    ["42501", "unavailable"],
    ["25006", "unavailable"],
    ["53300", "unavailable"],
    ["53200", "unavailable"],
    ["55P03", "unavailable"],
    ["57014", "unavailable"],
    ["57P01", "unavailable"],
    ["57P03", "unavailable"],
    ["40001", "unavailable"],
    ["40P01", "unavailable"],
    ["08006", "unavailable"],
  ])("are made of SQLSTATE %s, kind %s, its cause kept, also where a query wraps it", (code, kind) => {
    const cause = fromServer(code);
    for (const error of [cause, new DrizzleQueryError("select", ["secret"], cause)]) {
      const fault = asFault(error);
      expect(fault).toMatchObject({ name: "StoreFault", kind, cause });
      expect(fault?.message).toContain(code);
      expect(fault?.message).not.toContain("secret");
    }
  });

  it.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CONNECT_TIMEOUT"])(
    "that kept a connection from being made are certain: %s",
    (code) => {
      const error = fromDriver(code);
      expect(asFault(error)).toMatchObject({ kind: "unavailable" });
      expect([isConnectionFault(error), isUncertain(error)]).toEqual([true, false]);
    },
  );

  it.each(["ECONNRESET", "EPIPE", "ETIMEDOUT", "CONNECTION_CLOSED", "CONNECTION_DESTROYED", "DEADLINE"])(
    "that ended a connection leave open what became of a commit: %s",
    (code) => {
      const error = fromDriver(code);
      expect(asFault(error)).toMatchObject({ kind: "unavailable" });
      expect([isConnectionFault(error), isUncertain(error)]).toEqual([true, true]);
    },
  );

  it("that the server reports of one statement leave the connection alone and nothing open", () => {
    for (const code of ["53100", "55P03", "57014", "40001"]) {
      expect([isConnectionFault(fromServer(code)), isUncertain(fromServer(code))]).toEqual([false, false]);
    }
    expect([isConnectionFault(fromServer("57P01")), isUncertain(fromServer("57P01"))]).toEqual([true, true]);
  });

  it.each([fromServer("23505"), fromServer("42601"), fromDriver("ERR_ASSERTION"), new Error("a bug"), "a text"])(
    "are not made of what is none: %s",
    (error) => {
      expect(asFault(error)).toBeUndefined();
      expect(isConnectionFault(error)).toBe(false);
    },
  );
});
