/**
 * The two things about a pattern that the automaton's verdict leaves open: how its counted repetitions behave on texts
 * too short to tell them from endless ones, and in how many ways its finite choices can be combined.
 *
 * To an automaton `^([a-z]{1,50}){1,50}$` is harmless, since no text is longer than 2,500 letters; yet 40 letters take
 * it minutes. Pure. Expects a pattern that RE2 and JavaScript take: of any other it says something, and never throws.
 */

/** Everything that a quantifier can stand behind, or that it must not be mistaken in. */
const TOKEN =
  /\\[pPx]\{[^}]*\}|\\.|\[(?:\\.|[^\\\]])*\]|\((?:\?(?::|<[^>]*>))?|\{(?<least>\d+)(?<comma>,?)(?<most>\d*)\}\??|[*+?]\??|./gsu;

/** A character that nobody's text ends in, and a digit, so that a word boundary before it can hold or not. */
const MORE = "[0\\u{10FFFF}]";

/**
 * A pattern that backtracks on every text at least as much as this one, and whose growth an automaton can judge: each
 * counted repetition without its upper end, and something that fails behind it, where the pattern may have none.
 * `undefined` where nothing is counted. Where what is counted may be empty, only `waysOf` tells how hard it is.
 */
export function withoutCounts(source: string): string | undefined {
  let isCounted = false;
  const relaxed = source.replaceAll(TOKEN, (token, ...rest) => {
    if (token === "$") return "";
    const count = countOf(token, rest.at(-1));
    if (count === undefined || count.most <= 1 || token.length <= 2) return token;
    isCounted = true;
    return count.least === 0 ? "*" : "+";
  });
  return isCounted ? `(?:${relaxed})${MORE}` : undefined;
}

export interface Ways {
  /** In how many ways the choices can be combined, each counted repetition told from any other count of it. */
  readonly exact: number;
  /** The same with each repetition counted once: for what holds of the pattern without its counts. */
  readonly withoutCounts: number;
}

/** An upper bound of how much harder finite choices (`?`, `|`, `{1,3}`) make a pattern than its growth says. */
export function waysOf(source: string): Ways {
  return { exact: count(source, powers), withoutCounts: count(source, once) };
}

interface Count {
  readonly least: number;
  /** Infinity where there is no upper end. */
  readonly most: number;
}

interface CountText {
  readonly least?: string | undefined;
  readonly comma?: string | undefined;
  readonly most?: string | undefined;
}

/** How often a quantifier repeats; `undefined` for what is none. */
function countOf(token: string, { least, comma, most }: CountText): Count | undefined {
  if (least !== undefined) {
    const from = Number(least);
    return { least: from, most: most !== "" ? Number(most) : comma === "" ? from : Number.POSITIVE_INFINITY };
  }
  if (/^[*+]\??$/.test(token)) return { least: token.startsWith("+") ? 1 : 0, most: Number.POSITIVE_INFINITY };
  return /^\?\??$/.test(token) ? { least: 0, most: 1 } : undefined;
}

/** What has been read of one alternative or of one piece of it: its ways, and whether it may match nothing. */
interface Piece {
  readonly ways: number;
  readonly mayBeEmpty: boolean;
}

type Repeat = (body: Piece, count: Count) => number;

const NOTHING: Piece = { ways: 1, mayBeEmpty: true };
const NEVER: Piece = { ways: 0, mayBeEmpty: false };

const then = (a: Piece, b: Piece): Piece => ({ ways: a.ways * b.ways, mayBeEmpty: a.mayBeEmpty && b.mayBeEmpty });
const or = (a: Piece, b: Piece): Piece => ({ ways: a.ways + b.ways, mayBeEmpty: a.mayBeEmpty || b.mayBeEmpty });

/** A group that is open: its complete alternatives, and of the one being read all but the last piece, and that. */
interface Group {
  readonly complete: Piece;
  readonly before: Piece;
  readonly last: Piece;
}

const OPEN: Group = { complete: NEVER, before: NOTHING, last: NOTHING };

const close = ({ complete, before, last }: Group): Piece => or(complete, then(before, last));
const add = ({ complete, before, last }: Group, piece: Piece): Group => ({
  complete,
  before: then(before, last),
  last: piece,
});

/** Sums over alternatives of products over pieces. A loop with a stack of the groups that are open. */
function count(source: string, repeat: Repeat): number {
  let group = OPEN;
  const outer: Group[] = [];
  for (const { 0: token, groups } of source.matchAll(TOKEN)) {
    const times = countOf(token, groups ?? {});
    if (times !== undefined) group = { ...group, last: repeated(group.last, times, repeat) };
    else if (token.startsWith("(")) {
      outer.push(group);
      group = OPEN;
    } else if (token === "|") group = { ...OPEN, complete: close(group) };
    else if (token === ")") group = add(outer.pop() ?? OPEN, close(group));
    else group = add(group, { ways: 1, mayBeEmpty: ASSERTION.test(token) });
  }
  return close(group).ways;
}

const ASSERTION = /^(?:[$^]|\\[bB])$/;

function repeated(body: Piece, times: Count, repeat: Repeat): Piece {
  const mayBeEmpty = body.mayBeEmpty || times.least === 0;
  if (times.most > 1) return { ways: repeat(body, times), mayBeEmpty };
  return { ways: times.least === times.most ? body.ways : body.ways + 1, mayBeEmpty };
}

/** The body as often as it may come, for each number of times. An endless repetition is the automaton's to judge. */
function powers({ ways }: Piece, { least, most }: Count): number {
  if (most === Number.POSITIVE_INFINITY) return ways;
  if (ways === 1) return most - least + 1;
  let sum = 0;
  for (let times = least; times <= most && sum < Number.MAX_VALUE; times += 1) sum += ways ** times;
  return sum;
}

/** Once, unless it may be empty: a loop stops at an empty round, so that without counts fewer rounds are told apart. */
const once: Repeat = (body, times) => (body.mayBeEmpty ? powers(body, times) : body.ways);
