// Makes vocab.txt and wordpieces.json: what Hugging Face's tokenizers make of tricky texts.
// Run with Node.js after `npm install @huggingface/tokenizers@0.2.0`.
import { writeFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const letters = [..."abcdefghijklmnopqrstuvwxyz"];
const vocabulary = [
  "[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
  ...[..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~0123456789¿–—…“”€"], ...letters, ...letters.map(c => "##" + c),
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ", ..."éüßñøčŁ", ..."##é ##ü ##ñ ##ß".split(" "), ..."京中国東かか",
  "ㄱ", "ᄒ", "##ᅡ", "##ᆫ", "##0", "##1", "##2", "##3", "una", "##ffa", "##ble", "film", "##s", "the", "The", "love", "##ly", "Film",
  "naive", "cafe", "##fe", "uber", "i", "στ", "##ος", "й", "и", "мир", "##ир", "ı", "😀",
].filter((token, i, all) => all.indexOf(token) === i);

const texts = [
  "", " ", "the film", "The FILMS are lovely!", "unaffable", "unaffablexyz", "unaffable?!", "don't", "a.b,c", "  the\t\tfilm\n\r\nthe ",
  "naïve café über", "CAFÉ Naïve", "e\u0301 combining", "Łódź ß ø č ñ", "İstanbul ISTANBUL ı", "Στος", "Мир МИР й Й", "東京中国", "the東京film", "か゚ が か",
  "한 하", "zero\u200bwidth\u00adsoft", "nul\u0000l and \ufffd replaced", "control\u0007bell", "no\u00a0break\u3000ideographic", "price: $5.00 + 7% = 10€",
  "[MASK] is [SEP] and [CLS]x[UNK]", "[mask] [PAD]", "[unused0]", "“quoted” – dashed — more… ¿que?", "😀 the 😀film", "a".repeat(100), "a".repeat(101),
  "snake_case kebab-case", "q#q ^ ~ ` | \\ {x}", "1234 0.5", "\ud835\udd38 math", "ﬁlm ligature", "x\u0332y", "ＦＩＬＭ full width", "\u2028line\u2029para", "12,345.67",
];

const cases = { uncased: {}, cased: {} };
for (const [name, lowercase] of [["uncased", true], ["cased", false]]) {
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
  const tokenizer = new Tokenizer({
    version: "1.0", truncation: null, padding: null,
    added_tokens: special.map(content => ({ id: vocabulary.indexOf(content), content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: Object.fromEntries(vocabulary.map((token, i) => [token, i])) },
  }, {});
  for (const text of texts) cases[name][text] = tokenizer.tokenize(text);
}
writeFileSync(new URL("vocab.txt", import.meta.url), vocabulary.join("\n") + "\n");
writeFileSync(new URL("wordpieces.json", import.meta.url), JSON.stringify(cases, null, 1).replace(/\n {3,}/g, " ").replace(/\n  \]/g, "]") + "\n");
