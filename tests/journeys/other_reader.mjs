// Somebody else's reader of SMART Health Links and Cards, used as its own documentation says, with
// nothing replaced but the day it is. Questions come as JSON on standard input, answers go out so.

import { Directory, SHCReader, SHLViewer } from "kill-the-clipboard";

const asked = JSON.parse(await new Response(process.stdin).text());
Date.now = () => asked.now;

async function link({ address, ...more }) {
  const viewer = new SHLViewer({ shlinkURI: address });
  const found = await viewer.resolveSHL({ recipient: "Another reader", ...more });
  return {
    flag: viewer.shl.flag ?? "",
    resources: found.fhirResources,
    cards: await Promise.all(found.smartHealthCards.map((card) => card.asBundle())),
    manifest: found.manifest?.files.map((file) => Object.keys(file).sort()),
  };
}

async function card({ digits, issuer }) {
  const directory = issuer && (await Directory.fromURLs([issuer]));
  const reader = new SHCReader(directory ? { issuerDirectory: directory } : {});
  return (await reader.fromQRNumeric(digits)).asBundle();
}

const answers = [];
for (const question of asked.questions) {
  try {
    answers.push({ found: await (question.digits ? card(question) : link(question)) });
  } catch (problem) {
    answers.push({ refused: problem.constructor.name, words: problem.message });
  }
}
process.stdout.write(JSON.stringify(answers));
