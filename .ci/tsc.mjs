/**
 * `tsc --incremental` over this repository, with the starter in the place of an
 * `exercise.ts` that a reader has changed: the tests beside it are checked all the same.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { theirs } from './theirs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const overlay = new Map(
  theirs(root).map(({ folder, starter }) => [
    resolve(root, folder, 'exercise.ts').replaceAll('\\', '/'),
    starter,
  ]),
);
const system = {
  ...ts.sys,
  readFile: (file, encoding) => overlay.get(file) ?? ts.sys.readFile(file, encoding),
};

const config = ts.getParsedCommandLineOfConfigFile(
  resolve(root, 'tsconfig.json'),
  {
    incremental: true,
    tsBuildInfoFile: resolve(root, 'node_modules/.cache/tsc.json'),
  },
  { ...system, onUnRecoverableConfigFileDiagnostic: report },
);
const host = ts.createIncrementalCompilerHost(config.options, system);
const program = ts.createIncrementalProgram({
  rootNames: config.fileNames,
  options: config.options,
  configFileParsingDiagnostics: ts.getConfigFileParsingDiagnostics(config),
  host,
});
const found = [
  ...program.getConfigFileParsingDiagnostics(),
  ...program.getOptionsDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...program.getSyntacticDiagnostics(),
  ...program.getSemanticDiagnostics(),
];
program.emit(); // what it has found out, for the next time
found.forEach(report);
process.exitCode = found.length === 0 ? 0 : 1;

function report(diagnostic) {
  console.log(ts.formatDiagnostic(diagnostic, host).trimEnd());
}
