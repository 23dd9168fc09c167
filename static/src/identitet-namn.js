/** Probable names of persons, as kjerne/identitet/namn.py finds them (read the reasons there). */
import ord from "../../kjerne/identitet/ord.json" with { type: "json" };

const wordList = (lines) => new Set(lines.join(" ").split(" "));
const FIRST_NAMES = wordList(ord.fornamn);
const AMBIGUOUS = wordList(ord.tvitydige);
const SURNAMES = wordList(ord.etternamn);
const COMMON = wordList([...ord.vanlege, ...ord.legemiddel]);

const TOKEN = /\p{L}+(?:[-']\p{L}+)*/gu;
const OPENING = /[.!?:;\n\t•*"«(]/;
const SPACE = /^(?: {1,2}|\t)$/;
const PARTICLES = wordList(ord.partiklar);
const COURTESY = wordList(ord.titlar);
const ROLES = wordList(ord.roller);
const endingIn = (words) => new RegExp(`(?:${[...words].join("|")})$`);
const ORDINARY_END = endingIn(wordList(ord.vanlege_endingar));
const PLACE_END = endingIn(wordList(ord.stadendingar));
const SHORTEST_ORDINARY = 5;
const SHORTEST_UPPER = 3;

function isIn(names, low) {
  if (names.has(low) || (low.endsWith("s") && names.has(low.slice(0, -1).replace(/'+$/, "")))) return true;
  return low.includes("-") && low.split("-").every((part) => names.has(part));
}

const isName = (low) => isIn(FIRST_NAMES, low) || isIn(SURNAMES, low);

function phrasesOf(knownWords) {
  const single = new Set();
  const phrases = new Map();
  for (const phrase of knownWords) {
    const words = phrase.toLowerCase().match(TOKEN) ?? [];
    for (const word of words) if (!isName(word)) single.add(word);
    if (words.length) phrases.set(words[0], [...(phrases.get(words[0]) ?? []), words]);
  }
  return { single, phrases };
}

function isCommon(low, single) {
  const listed = (word) => single.has(word) || COMMON.has(word);
  if (listed(low)) return true;
  if (isName(low)) return false;
  if (low.includes("-") && low.split("-").some(listed)) return true;
  return PLACE_END.test(low) || (low.endsWith("s") && listed(low.slice(0, -1)));
}

function tokensOf(text, knownWords) {
  const { single, phrases } = phrasesOf(knownWords);
  const matches = [...text.matchAll(TOKEN)];
  const lows = matches.map((match) => match[0].toLowerCase());
  const hidden = new Set();
  for (const [at, low] of lows.entries()) {
    for (const phrase of phrases.get(low) ?? []) {
      const here = phrase.every((word, offset) => lows[at + offset] === word);
      if (here) for (const offset of phrase.keys()) hidden.add(at + offset);
    }
  }
  return matches.map((match, at) => {
    const before = at ? matches[at - 1] : null;
    const gap = before ? text.slice(before.index + before[0].length, match.index) : ".";
    const opens = OPENING.test(gap) && !(gap === ". " && at > 0 && [...lows[at - 1]].length === 1);
    const known = hidden.has(at) || isCommon(lows[at], single);
    return { start: match.index, end: match.index + match[0].length, text: match[0], low: lows[at], opens, known };
  });
}

const length = (token) => [...token.text].length;
const startsUpper = (token) => /^\p{Lu}/u.test(token.text);

function isCapital(token) {
  if (length(token) < 2 || !startsUpper(token) || token.known) return false;
  return token.text.toUpperCase() !== token.text || (length(token) >= SHORTEST_UPPER && isName(token.low));
}

const isInitial = (token) => length(token) === 1 && startsUpper(token);

function isJoined(text, left, right) {
  const gap = text.slice(left.end, right.start);
  if (isInitial(left) && gap === ". ") return true;
  return SPACE.test(gap) && (gap !== "\t" || isIn(FIRST_NAMES, left.low));
}

function runOf(text, tokens, first) {
  const run = [tokens[first]];
  let pending = [];
  for (let at = first + 1; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (!isJoined(text, pending.at(-1) ?? run.at(-1), token) || pending.length > 2) break;
    if (isCapital(token)) {
      run.push(...pending, token);
      pending = [];
    } else if ((isInitial(token) || PARTICLES.has(token.low)) && !token.opens) pending.push(token);
    else break;
  }
  if (pending.length && isInitial(pending[0]) && text[pending[0].end] === ".") run.push(pending[0]);
  return run;
}

function withoutOpening(run) {
  const words = run.filter(isCapital);
  const [first] = run;
  if (!first.opens || isName(first.low) || words.length < 2) return run;
  const ordinary = first.low.length >= SHORTEST_ORDINARY && ORDINARY_END.test(first.low);
  if (words.length > 2 || ordinary || isIn(FIRST_NAMES, words[1].low)) return run.slice(run.indexOf(words[1]));
  return run;
}

function saysWho(run, before) {
  const words = run.filter(isCapital);
  const [first] = words;
  if (words.length > 1 || (run.length > 1 && isIn(FIRST_NAMES, first.low))) return true;
  if (before && (COURTESY.has(before.low) || (ROLES.has(before.low) && !first.opens))) return true;
  if (isIn(FIRST_NAMES, first.low)) return !isIn(AMBIGUOUS, first.low);
  return isIn(SURNAMES, first.low) && first.low.replace(/s$/, "").endsWith("sen");
}

function inLowerCase(text, left, right) {
  if (right.known || !SURNAMES.has(right.low) || !isJoined(text, left, right)) return false;
  return COURTESY.has(left.low) || (FIRST_NAMES.has(left.low) && !AMBIGUOUS.has(left.low));
}

/** Where probable names stand in a plain text: [[start, end]]. */
export function names(text, knownWords) {
  const tokens = tokensOf(text, knownWords);
  const found = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (isCapital(token)) {
      const run = runOf(text, tokens, at);
      const kept = withoutOpening(run);
      const before = at && kept[0] === token ? tokens[at - 1] : null;
      const near = before && [" ", ". ", ".", "  "].includes(text.slice(before.end, token.start));
      const title = near ? before : null;
      if (saysWho(kept, title)) {
        found.push([title && COURTESY.has(title.low) ? title.start : kept[0].start, kept.at(-1).end]);
      }
      at += run.length - 1;
    } else if (at + 1 < tokens.length && inLowerCase(text, token, tokens[at + 1])) {
      found.push([token.start, tokens[at + 1].end]);
      at += 1;
    }
  }
  return found;
}
