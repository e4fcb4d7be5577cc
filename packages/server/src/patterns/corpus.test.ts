import { afterAll, describe, expect, it } from "vitest";
import { JudgeThread } from "./judge-thread.ts";
import { type Pattern, prove } from "./prove.ts";
import type { Question } from "./verdict.ts";

/** One a line; what begins with a # and a space tells what comes. */
const lines = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("# "));

/** What people write into flags: each has to be taken. */
const everyday = lines(String.raw`
# e-mail addresses
@example\.com$
^[^@\s]+@[^@\s]+\.[^@\s]+$
^[\w.+-]+@example\.(com|org)$
^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$
^[a-z0-9!#$%&'*+/=?^_{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$
^[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}$
\+test@
^qa-\d+@
# versions
^\d+\.\d+\.\d+$
^v?\d+(\.\d+){0,3}$
^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$
^2\.(?:[3-9]|[1-9]\d)\.
-(?:alpha|beta|rc)\.?\d*$
^[0-9a-f]{7,40}$
build-\d{4,6}
# paths and addresses
^/checkout(/|$)
^/api/v[12]/users/\d+$
\.(?:jpe?g|png|gif|webp|svg)$
^https?://[^/\s]+/
^/shop/[\w/-]*(?:\?[^#]*)?(?:#.*)?$
^/(?:[a-z]{2}(?:-[A-Z]{2})?)/products/[\w-]+$
[?&]utm_source=[^&]+
^(?:/[\w.-]+)+/?$
^[A-Z]:\\
# user agents
iPhone|iPad|iPod
Chrome/(?:1[2-9]\d|[2-9]\d{2})\.
(?:Android|iOS).*Tab
^Mozilla/5\.0 \(.*\)
Firefox/(\d+)
[Bb]ot\b|crawler|spider
Version/1[5-9](?:\.\d+)* Safari
# domains, hosts, networks
^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$
\.example\.com$
^(?:[\w-]+\.)*example\.(?:com|org|net)$
^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$
^(?:\d{1,3}\.){3}\d{1,3}$
^10\.
^web-\d+\.eu-(?:west|central)-[1-3]\.internal$
^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$
^[0-9a-f:]+$
# ids
^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$
^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$
^[0-9A-HJKMNP-TV-Z]{26}$
^usr_[A-Za-z0-9]{16,32}$
^[a-z][a-z0-9-]{2,30}[a-z0-9]$
^\d{9,12}$
[02468]$
^[a-f]
^(?:acct|org)[-_]?\d+$
^[A-Z]{3}-\d{1,6}$
# dates and times
^\d{4}-\d{2}-\d{2}$
^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T
^\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})$
^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$
^2026-1[0-2]
# locales, countries, money, people
^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?$
^(?:de|fr|it)(?:[-_]|$)
^(?:AT|BE|BG|CY|CZ|DE|DK|EE|ES|FI|FR|GR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)$
^\+?\d{1,3}[-. ]?\d{3}[-. ]?\d{3,4}[-. ]?\d{4}$
^\(?\d{3}\)?[ -]?\d{3}-?\d{4}$
^-?\d+(?:\.\d{1,2})?$
^\p{Lu}\p{Ll}+(?:[ '-]\p{Lu}\p{Ll}+)*$
^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$
^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$
^\d{5}(?:-\d{4})?$
# words
^(?:free|pro|team|enterprise)$
\binternal\b
^\s*$
^\S+ \S+$
beta.*tester
^team-(?<name>[a-z]+)-(?<number>\d+)$
^.{3,20}$
^[^,\s]+(?:, ?[^,\s]+)*$
`);

/** What stalls an engine that backtracks, exponentially, or by more than the square of the text. */
const catastrophic = lines(String.raw`
^(a+)+$
^(a*)*$
^(a|a)*$
^(a|aa)+$
^(a|a?)+$
(.*a){20}$
^(.*a){12}$
^([a-zA-Z]+)*$
^(([a-z])+.)+[A-Z]([a-z])+$
^(\w+\s?)*$
^(\w+\s*)+:$
^([a-zA-Z0-9])(([.-]|_+)?([a-zA-Z0-9]+))*(@)$
^([0-9a-zA-Z]([-.\w]*[0-9a-zA-Z])*@(([0-9a-zA-Z])+([-\w]*[0-9a-zA-Z])*\.)+[a-zA-Z]{2,9})$
^(?:\d+|\w+)*!$
^(\d|[0-9a-f])+x$
^(?:[a-z]|\w)*\d$
^((ab)*)*c$
^(?:a|ab|b)*c$
^(x+x+)+y$
(x+x+)+y
(?:a+){2,}b
^(?:.*,)+x$
^"(?:[^"\\]|\\.|[^"])*"$
^(?:(?:https?|ftp)://)?(?:\w+\.?)+/$
^(?:[\w-]+\.?)+@x$
^(?:\s*\w+\s*)*;$
^<(?:[^>]|"[^"]*")*>!$
^(?:0?[1-9]*)*x$
^((a{1,3})+)+b$
^(?:\p{L}+\p{Lu}*)+!$
^(.|\s)*!$
^(?:\w|-)*\w*(?:\w+)*$
^[^,]+(?:, ?[^,]+)*$
# polynomial, of a power above the square
.*.*.*=
^.*.*.*.*x$
\s+\s+\s+$
\d+\d+x
^\w*\w*\w*!$
a*a*a*b
.*a.*b.*c
[a-z]*[a-m]*[a-f]*!
# harmless to an automaton, since no text is that long; minutes of work on a text of forty letters
^([a-z]{1,30}){1,30}$
^(?:[\s\S]{1,50}){1,10}$
^(\w{1,20}\s?){1,30}$
^(?:a{0,30}){30}b$
^(a?){40}a{40}$
^${"a?".repeat(60)}${"a".repeat(60)}$
^${"(a|a)".repeat(40)}$
^${"(?:ab|a)b?c".repeat(22)}$
(?:\d{1,9}){1,9}(?:\d{1,9}){1,9}x
^(?:\W{1,50}){1,20}\b
`);

describe("patterns", () => {
  const thread = new JudgeThread();
  afterAll(() => thread.close());
  // A minute for each: what a busy machine can prove in time is no matter of the pattern.
  const patient = {
    judge: (question: Question) => thread.ask({ ...question, timeoutMs: 60_000 }),
    monotonic: () => 0,
  };
  const proofOf = (pattern: Pattern) => prove(pattern, patient);

  it.each(everyday.map((pattern, at) => [pattern, at % 4 > 0] as const))(
    "of every day are proved: %s, ignoring case: %s",
    async (pattern, ignoreCase) => {
      expect(await proofOf({ pattern, ignoreCase })).toEqual({ proved: true });
    },
    120_000,
  );

  it.each(catastrophic.map((pattern, at) => [pattern, at % 2 > 0] as const))(
    "F41: that stall are refused: %s, ignoring case: %s",
    async (pattern, ignoreCase) => {
      expect(() => new RegExp(pattern, "u")).not.toThrow();
      const proof = await proofOf({ pattern, ignoreCase });
      expect(proof).toMatchObject({
        proved: false,
        message: expect.stringMatching(/pattern .*(takes|runs fast).*Let no two parts/s),
      });
    },
    120_000,
  );
});
