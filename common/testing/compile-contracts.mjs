// Compiles src/main/solidity with npm's solc into one JSON file a contract:
//   { abi, bytecode, runtime, immutables: [[offset, length], ...] }
// bytecode is what a deployment sends; runtime is what the chain then holds, with zeros where immutables go.
// Usage: node compile-contracts.mjs SOURCE_DIR TARGET_DIR
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [sourceDir, targetDir] = process.argv.slice(2);
const sources = Object.fromEntries(
  readdirSync(sourceDir)
    .filter((name) => name.endsWith(".sol"))
    .sort()
    .map((name) => [name, { content: readFileSync(join(sourceDir, name), "utf8") }]),
);
const input = {
  language: "Solidity",
  sources,
  settings: {
    // the same bytecode wherever and whenever it is built
    evmVersion: "shanghai",
    optimizer: { enabled: true, runs: 200 },
    viaIR: true,
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: {
      "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"] },
    },
  },
};

// What was compiled last time is good while neither the input nor the compiler has changed.
const require = createRequire(import.meta.url);
const stamp = createHash("sha256")
  .update(JSON.stringify(input))
  .update(require("solc/package.json").version)
  .update(readFileSync(new URL(import.meta.url)))
  .digest("hex");
const stampFile = join(targetDir, "inputs.sha256");
if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) process.exit(0);

const solc = require("solc");
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const complaints = output.errors ?? [];
for (const complaint of complaints) console.error(complaint.formattedMessage.trimEnd());
if (complaints.length > 0) process.exit(1);

rmSync(targetDir, { recursive: true, force: true });
mkdirSync(targetDir, { recursive: true });
for (const contracts of Object.values(output.contracts)) {
  for (const [name, { abi, evm }] of Object.entries(contracts)) {
    if (evm.bytecode.object === "" || abi.length === 0) continue; // an interface, an abstract contract, an internal library
    const immutables = Object.values(evm.deployedBytecode.immutableReferences ?? {})
      .flat()
      .map(({ start, length }) => [start, length])
      .sort((one, other) => one[0] - other[0]);
    const artifact = { abi, bytecode: evm.bytecode.object, runtime: evm.deployedBytecode.object, immutables };
    writeFileSync(join(targetDir, `${name}.json`), JSON.stringify(artifact));
  }
}
writeFileSync(stampFile, stamp);
