/**
 * The identity guard while one types: the same rules as kjerne/identitet/ (read the reasons there). The server asks again.
 * tests/kjerne/identitet_cases.json holds the cases on which both must agree.
 */
import { names } from "./identitet-namn.js";

// --- Plain writing (norm.py) ---------------------------------------------------------------------------------------

const PLAIN = /^[\t\n\r\x20-\x7e]*$/;
const MAX_MARKS = 8;
const QUOTES = new Set(["\u2018", "\u2019", "\u02bc", "\u00b4"]);

/** The value of a decimal digit of any script: those of one script stand in order, ten at a time. */
function digitValue(char) {
  const code = char.codePointAt(0);
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

function plainChar(char) {
  if (char === "\t" || char === "\n" || char === "\r") return char;
  if (/\p{Nd}/u.test(char)) return char >= "0" && char <= "9" ? char : digitValue(char);
  if (/[\p{Cf}\p{Cc}]/u.test(char)) return "";
  if (/\p{Zs}/u.test(char)) return " ";
  if (/[\p{Zl}\p{Zp}]/u.test(char)) return "\n";
  if (/[\p{Pd}\u2212]/u.test(char)) return "-";
  return QUOTES.has(char) ? "'" : char;
}

function plain(text) {
  if (PLAIN.test(text)) return { text, span: (start, end) => [start, end] };
  const out = [];
  const starts = [];
  const ends = [];
  const cache = new Map();
  const chars = [...text];
  let index = 0;
  for (let at = 0; at < chars.length; ) {
    let end = at + 1;
    while (end < chars.length && end - at <= MAX_MARKS && chars[end] > "\u02ff" && /\p{M}/u.test(chars[end])) end += 1;
    const cluster = chars.slice(at, end).join("");
    if (!cache.has(cluster)) cache.set(cluster, [...cluster.normalize("NFKC")].map(plainChar).join(""));
    const made = cache.get(cluster);
    for (let unit = 0; unit < made.length; unit += 1) {
      out.push(made[unit]);
      starts.push(index);
      ends.push(index + cluster.length);
    }
    index += cluster.length;
    at = end;
  }
  return { text: out.join(""), span: (start, end) => [starts[start], ends[end - 1]] };
}

// --- Identity numbers (nummer.py) ----------------------------------------------------------------------------------

const W1 = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const W2 = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const GAP = /^[ \t\n.\-/_]{1,3}$/;
const WIDE_GAP = /^[^0-9A-Za-zÆØÅæøå]{1,4}$/;
const LENGTH = 11;
const WITH_FULL_YEAR = 13;
const DATE = 6;
const FULL_DATE = 8;
const LOOSE = 7;

function realDate(digits) {
  let day = Number(digits.slice(0, 2));
  let month = Number(digits.slice(2, 4));
  if (day > 40) day -= 40;
  month -= month > 80 ? 80 : month > 40 ? 40 : 0;
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]) return false;
  return day !== 29 || month !== 2 || Number(digits.slice(4, 6)) % 4 === 0;
}

/** Whether eleven digits are a fødselsnummer, D-, H- or synthetic number by today's rule or that of 2032. */
export function isIdentityNumber(digits) {
  if (digits.length !== LENGTH || !realDate(digits)) return false;
  const sum = (weights) => weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  return (sum(W1) + Number(digits[9])) % 11 <= 3 && (sum(W2) + Number(digits[10])) % 11 === 0;
}

function isNumber(digits, cuts) {
  const century = ["18", "19", "20"].includes(digits.slice(4, 6));
  const fullYear = cuts.has(FULL_DATE) && !cuts.has(DATE) && century;
  if (digits.length === WITH_FULL_YEAR) return fullYear && isIdentityNumber(digits.slice(0, 4) + digits.slice(6));
  return !fullYear && isIdentityNumber(digits);
}

function standsAlone(text, groups, first, last) {
  if (last - first + 1 < LOOSE) return true;
  const before = first ? text.slice(groups[first - 1][1], groups[first][0]) : "";
  const after = last + 1 < groups.length ? text.slice(groups[last][1], groups[last + 1][0]) : "";
  return !GAP.test(before.slice(0, 5)) && !GAP.test(after.slice(0, 5));
}

function lastOfNumber(text, groups, first) {
  let digits = "";
  const cuts = new Set();
  for (let last = first; last < groups.length; last += 1) {
    const [start, end] = groups[last];
    if (end - start > WITH_FULL_YEAR - digits.length) return -1;
    if (last > first) {
      const gap = text.slice(groups[last - 1][1], Math.min(start, groups[last - 1][1] + 5));
      const natural = digits.length === DATE || digits.length === FULL_DATE;
      if (!GAP.test(gap) && !(natural && WIDE_GAP.test(gap))) return -1;
      cuts.add(digits.length);
    }
    digits += text.slice(start, end);
    const whole = digits.length === LENGTH || digits.length === WITH_FULL_YEAR;
    if (whole && isNumber(digits, cuts) && standsAlone(text, groups, first, last)) return last;
  }
  return -1;
}

function numbers(text) {
  const groups = spans(/[0-9]+/g, text);
  const found = [];
  for (let at = 0; at < groups.length; at += 1) {
    const last = lastOfNumber(text, groups, at);
    if (last >= 0) {
      found.push([groups[at][0], groups[last][1]]);
      at = last;
    }
  }
  return found;
}

// --- Phone, e-mail, birth date (monster.py) ------------------------------------------------------------------------

const EMAIL = /[^\s@<>()[\],;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}/gu;
const PHONE = new RegExp(
  "(?<![0-9])(?<![0-9][.,/:\\-_])(?:" +
    "(?:\\+|00)[1-9](?:[ .\\-]?[0-9]){8,13}" +
    "|(?:47[ .\\-]?)?[2-9][0-9]{7}" +
    "|(?<![0-9]{2}[ .\\-])(?:47[ .\\-])?(?:[2-9][0-9]([ .\\-])[0-9]{2}\\1[0-9]{2}\\1[0-9]{2}" +
    "|[2-9][0-9]{2}([ .\\-])[0-9]{2}\\2[0-9]{3}|[2-9][0-9]{3} [0-9]{4})(?![ .\\-][0-9]{2})" +
    ")(?![0-9])(?![.,/:\\-_][0-9])",
  "g",
);
const MONTHS = ["jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des"];
const NUMERIC = new RegExp(
  "(?<![0-9])(?<![0-9][.,/:\\-_])(?:" +
    "([0-9]{1,2})([.\\-/]) ?([0-9]{1,2})\\2 ?([0-9]{4}|[0-9]{2})" +
    "|([0-9]{1,2})/([0-9]{1,2})-([0-9]{4}|[0-9]{2})" +
    "|((?:19|20)[0-9]{2})-([0-9]{2})-([0-9]{2})" +
    "|([0-9]{2}) ([0-9]{2}) ((?:19|20)[0-9]{2})" +
    "|([0-9]{8}|[0-9]{6})" +
    ")(?![0-9])(?![.,/:\\-_][0-9])",
  "g",
);
const NAMED = new RegExp(
  "(?<![0-9])([0-9]{1,2})\\.? ?(januar|jan|februar|feb|mars|mar|april|apr|mai|juni|jun|juli|jul|august|aug" +
    "|september|sept|sep|oktober|okt|november|nov|desember|des)\\.? ?([0-9]{4}|[0-9]{2})(?![0-9])",
  "giu",
);
const BORN_YEAR = /(?:fødd|født|fødselsår)(?: i)?[:.]? ?((?:19|20)[0-9]{2})(?![0-9.\-/])/giu;
const BORN = /(?:fødd|født|fødselsdato|(?:^|[^a-zæøå])f)[.:]{0,2} ?(?:den )?$/iu;
const LABEL = new RegExp(
  "(?:^|[^a-zæøå])(?:ordre|bestilling|sak|lot|batch|parti|serie|vare|artikkel|faktura|utstyr|dokument|arkiv|punkt|pkt" +
    "|kap|kapittel|avsnitt|versjon|org|id|ref|§)[a-zæøå]{0,8}[.:]? ?(?:nr|nummer)?[.:]? ?#?$",
  "iu",
);
const UNIT = /^ ?(?:kr|kroner|nok|mg|mcg|μg|g|kg|ml|dl|l|ie|mmol|stk|ganger|gonger|%)(?![a-zæøå])/iu;
const LOOK_BACK = 32;
const OLDEST = 1900;
const RECENT_DAYS = 730;
const YEARS_AHEAD = 2;
const DAY_MS = 86_400_000;

function spans(pattern, text) {
  return Array.from(text.matchAll(pattern), (match) => [match.index, match.index + match[0].length]);
}

function isMeasure(text, start, end) {
  return LABEL.test(text.slice(Math.max(0, start - LOOK_BACK), start)) || UNIT.test(text.slice(end, end + 10));
}

/** Midnight UTC of a date that exists, else null. */
function realDay(year, month, day) {
  const when = new Date(Date.UTC(2000, month - 1, day));
  when.setUTCFullYear(year, month - 1, day);
  const exists = year >= 1 && when.getUTCMonth() === month - 1 && when.getUTCDate() === day;
  return exists ? when : null;
}

function eightDigitDate(digits) {
  const ways = [
    [digits.slice(4), digits.slice(2, 4), digits.slice(0, 2)],
    [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)],
  ];
  return ways.find(([year, month, day]) => /^(19|20)/.test(year) && realDay(+year, +month, +day));
}

function isPairOfTimes(digits) {
  const halves = [digits.slice(0, 4), digits.slice(4)];
  if (halves.every((half) => /^(19|20)/.test(half))) return true;
  return halves.every((half) => Number(half.slice(0, 2)) < 24 && Number(half.slice(2)) < 60);
}

function phones(text) {
  return spans(PHONE, text).filter(([start, end]) => {
    const written = text.slice(start, end);
    const digits = written.replace(/[^0-9]/g, "");
    if (digits.length === 8 && !written.startsWith("+")) {
      if (/^[0-9]+$/.test(written) && eightDigitDate(digits)) return false;
      if (/^[0-9]{4} /.test(written) && isPairOfTimes(digits)) return false;
    }
    return !isMeasure(text, start, end);
  });
}

function mayBeBirth(writtenYear, month, day, today) {
  const thisYear = today.getUTCFullYear();
  let year = Number(writtenYear);
  if (writtenYear.length === 2) {
    year += 2000;
    if (year > thisYear + YEARS_AHEAD) year -= 100;
  }
  const born = realDay(year, month, day);
  return born !== null && year >= OLDEST && year < thisYear && today - born > RECENT_DAYS * DAY_MS;
}

function parts(match) {
  if (match[1]) return [match[4], match[3], match[1]];
  if (match[5]) return [match[7], match[6], match[5]];
  if (match[8]) return [match[8], match[9], match[10]];
  if (match[11]) return [match[13], match[12], match[11]];
  const run = match[14];
  return run.length === 6 ? [run.slice(4), run.slice(2, 4), run.slice(0, 2)] : eightDigitDate(run);
}

function isWarned(text, [start, end], [year, month, day], today) {
  if (BORN.test(text.slice(Math.max(0, start - LOOK_BACK), start))) {
    return realDay(year.length === 4 ? Number(year) : 2000 + Number(year), Number(month), Number(day)) !== null;
  }
  return mayBeBirth(year, Number(month), Number(day), today) && !isMeasure(text, start, end);
}

function birthDates(text, today) {
  const found = [];
  const consider = (match, written) => {
    const span = [match.index, match.index + match[0].length];
    if (written && isWarned(text, span, written, today)) found.push(span);
  };
  for (const match of text.matchAll(NUMERIC)) consider(match, parts(match));
  for (const match of text.matchAll(NAMED)) {
    const month = MONTHS.indexOf(match[2].slice(0, 3).toLowerCase()) + 1;
    consider(match, [match[3], String(month), match[1]]);
  }
  return found.concat(spans(BORN_YEAR, text));
}

// --- The one function of the page ----------------------------------------------------------------------------------

/** Today's date in Oslo as 2026-11-22. */
function osloToday() {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Oslo" }).format(new Date());
}

/**
 * All that may tell who somebody is: [{kind, start, end, text}], in order of place, never overlapping.
 * kind is nummer (refused), telefon, epost, fodselsdato or namn (kept on confirmation).
 * options: today "2026-11-22" (default: now in Oslo), knownWords: names of units and the like.
 */
export function find(text, { today = osloToday(), knownWords = [] } = {}) {
  const flat = plain(text);
  const taken = new Uint8Array(flat.text.length);
  const day = new Date(`${today}T00:00:00Z`);
  const found = [];
  for (const [kind, list] of [
    ["nummer", numbers(flat.text)],
    ["epost", spans(EMAIL, flat.text)],
    ["fodselsdato", birthDates(flat.text, day)],
    ["telefon", phones(flat.text)],
    ["namn", names(flat.text, knownWords)],
  ]) {
    for (const [first, last] of list) {
      if (taken.subarray(first, last).includes(1)) continue;
      taken.fill(1, first, last);
      const [start, end] = flat.span(first, last);
      found.push({ kind, start, end, text: text.slice(start, end) });
    }
  }
  return found.sort((left, right) => left.start - right.start);
}

/** The findings that are refused whatever the person says. */
export const blocks = (findings) => findings.filter((finding) => finding.kind === "nummer");

/** The findings that are kept once the person has confirmed. */
export const warns = (findings) => findings.filter((finding) => finding.kind !== "nummer");
