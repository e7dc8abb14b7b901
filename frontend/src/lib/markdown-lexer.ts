/**
 * The lexer of `marked` within bounds. By itself it runs out of stack on deep nesting, and takes time with the square of the
 * marks in one paragraph; models and attackers write both. Pure.
 */
import { Lexer, type Token, Tokenizer, type TokensList } from "marked";

/** Quotes and lists deeper than this are shown as text. */
const DEPTH_MAX = 8;
/** A paragraph with more marks than this is shown as text; people write a few, and 2,000 cost some 30 ms. */
const MARKS_MAX = 2_000;

/** What is read as text, because its marks are more often meant literally, or because reading it would hide words. */
class PlainTokenizer extends Tokenizer {
  /** `[name]: address` would vanish. */
  override def(): undefined {}
  /** One tilde is mostly "about". */
  override del(): undefined {}
  /** An address stays as it was written. */
  override url(): undefined {}
}

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
  return text.match(/[*_`[\]<!]/g)?.length ?? 0;
}
