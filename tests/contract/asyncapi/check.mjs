// Reads AsyncAPI documents, by name, from standard input with AsyncAPI's own parser.
// Prints of each its operations and its faults.
import { text } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";

const ERROR = 0;
const parser = new Parser();
const verdicts = {};
for (const [name, written] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const { document, diagnostics } = await parser.parse(JSON.stringify(written));
  verdicts[name] = {
    operations: document?.operations().all().map((one) => one.id()) ?? [],
    faults: diagnostics
      .filter((one) => one.severity === ERROR)
      .map((one) => `${one.path.join("/")}: ${one.message}`),
  };
}
console.log(JSON.stringify(verdicts));
