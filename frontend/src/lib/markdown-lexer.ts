/**
 * The lexer of `marked` within bounds, and with marks read only where a writer means them. By itself it runs out of stack on
 * deep nesting, takes time with the square of the marks in one paragraph, and sees markup in `self.__init__`, `src/*.py` and
 * an indented line of a log; models and attackers write all of these. Pure.
 */
import { Lexer, type Token, Tokenizer, type Tokens, type TokensList } from "marked";

/** Quotes and lists deeper than this are shown as text. */
const DEPTH_MAX = 8;
/** A paragraph with more marks than this is shown as text; people write a few, and 2,000 cost some 30 ms. */
const MARKS_MAX = 2_000;

/** What is read as text, because its marks are more often meant literally, or because reading it would hide words. */
class PlainTokenizer extends Tokenizer {
  /** `[name]: address` would vanish. */
  override def(): undefined {}
  /** Four blanks begin a line of a log or a stack trace more often than code. */
  override code(): undefined {}
  /** A line of `===` under another belongs to a log or a table. */
  override lheading(): undefined {}
  /** A line that begins with a tag would hide the markup in the lines after it. */
  override html(): undefined {}

  /** `1.` and `-` alone, and `2024. A year` are no lists. */
  override list(source: string): Tokens.List | undefined {
    return LONG_NUMBER.test(source) || LONE_MARK.test(source) ? undefined : super.list(source);
  }

  override emStrong(source: string, masked: string, before = ""): Tokens.Em | Tokens.Strong | undefined {
    const token = super.emStrong(source, masked, before);
    return token && isMeant(token.raw, before, source.charAt(token.raw.length)) ? token : undefined;
  }

  /** One tilde is mostly "about". */
  override del(source: string, masked: string, before = ""): Tokens.Del | undefined {
    if (!source.startsWith("~~")) return undefined;
    const token = super.del(source, masked, before);
    return token && isMeant(token.raw, before, source.charAt(token.raw.length)) ? token : undefined;
  }

  /** An e-mail address stays as it was written. */
  override url(source: string): Tokens.Link | undefined {
    const token = super.url(source);
    return token?.href.startsWith("http") ? token : undefined;
  }
}

const LONE_MARK = /^ {0,3}(?:[-*+]|\d+[.)])[ \t]*(?:\n|$)/;
const LONG_NUMBER = /^ {0,3}(?:\d{4,}|0\d+)[.)]/;

/**
 * Whether the marks around `raw` are meant as such: they stand at the borders of words (`2*3*4`, `x**2`), not in a path or a
 * pattern (`src/*.py`, `"*", "*"`), and do not make a name (`__init__`).
 */
function isMeant(raw: string, before: string, after: string): boolean {
  if (BEFORE_NAME.test(before) || DUNDER.test(raw)) return false;
  if (AFTER_NAME.test(after) && !FIRST_LETTERS.test(raw)) return false;
  const inner = raw.replace(/^[*_~]+|[*_~]+$/g, "");
  if (QUOTE.test(before) && inner.startsWith(before)) return false;
  return !NO_OPENING.test(inner) && !NO_CLOSING.test(inner) && isBalanced(inner);
}

/** Marks that stand in two different brackets or quotes, as in `f(*a) + g(*b)`, are no pair. */
function isBalanced(inner: string): boolean {
  const count = (sign: string) => inner.split(sign).length;
  const text = inner.replace(ENUMERATOR, "");
  const closing = text.split(")").length;
  return count("(") === closing && count("[") === count("]") && count('"') % 2 === 1;
}

/** A mark after one of these is part of a name, a path or a product. Letters of scripts without blanks are not among them. */
const BEFORE_NAME = /^[A-Za-z0-9_/\\.=@$#%&*~]$/;
const AFTER_NAME = /^[A-Za-z0-9_*~]$/;
const DUNDER = /^__\w+__$/;
/** `**R**etrieval` */
const FIRST_LETTERS = /^\*\*[A-Za-z]+\*\*$/;
const NO_OPENING = /^[.,;:/)\]}=%&|]/;
const NO_CLOSING = /[/\\([{=&|,]$/;
const QUOTE = /^["'`]$/;
/** `a) First` */
const ENUMERATOR = /^\w{1,3}\)\s/;

class BoundedLexer extends Lexer {
  private depth = 0;

  override blockTokens(source: string, tokens?: Token[], clipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, clipped?: boolean): TokensList;
  override blockTokens(source: string, tokens: Token[] = [], clipped = false): Token[] {
    if (this.depth > DEPTH_MAX) {
      tokens.push({ type: "paragraph", raw: source, text: source, tokens: [textToken(source)] });
      return tokens;
    }
    this.depth += 1;
    super.blockTokens(source, tokens, clipped);
    this.depth -= 1;
    return tokens;
  }

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (countMarks(source) <= MARKS_MAX) return super.inlineTokens(source, tokens);
    tokens.push(textToken(source));
    return tokens;
  }
}

export function lexMarkdown(text: string): TokensList {
  return new BoundedLexer({ gfm: true, tokenizer: new PlainTokenizer() }).lex(text);
}

function textToken(text: string): Token {
  return { type: "text", raw: text, text, escaped: false };
}

function countMarks(text: string): number {
  return text.match(/[*_~`[\]<!]/g)?.length ?? 0;
}
