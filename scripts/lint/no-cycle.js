import path from 'node:path';

import ts from 'typescript';

/**
 * Reports an import that leads back to the file it stands in. Imports of types do not count: they
 * are gone at run time.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const noCycle = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { cycle: 'This import comes back to its own file: {{way}}.' },
  },
  create(context) {
    /** @type {ts.Program} */
    const program = context.sourceCode.parserServices.program;
    const start = path.normalize(context.filename);

    /** @param {import('eslint').Rule.Node} node @param {string} specifier */
    const check = (node, specifier) => {
      const way = wayBack(program, start, resolve(start, specifier));
      if (way === undefined) return;
      const names = [start, ...way].map((file) => path.relative(context.cwd, file));
      context.report({ node, messageId: 'cycle', data: { way: names.join(' -> ') } });
    };

    return {
      Program: (node) => {
        for (const { specifier, position } of importsOf(program, start)) {
          const at = context.sourceCode.getNodeByRangeIndex(position) ?? node;
          check(/** @type {import('eslint').Rule.Node} */ (at), specifier);
        }
      },
    };
  },
};

/**
 * @param {ts.Program} program @param {string} start @param {string} first
 * @returns {string[] | undefined} The files from `first` to `start`, the shortest way.
 */
function wayBack(program, start, first) {
  const ways = [[first]];
  const seen = new Set([first]);
  for (const way of ways) {
    const last = /** @type {string} */ (way.at(-1));
    if (last === start) return way;
    for (const { specifier } of importsOf(program, last)) {
      const next = resolve(last, specifier);
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

/** @param {string} from @param {string} specifier */
function resolve(from, specifier) {
  return path.resolve(path.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** @type {WeakMap<ts.SourceFile, { specifier: string, position: number }[]>} */
const known = new WeakMap();

/** @param {ts.Program} program @param {string} file */
function importsOf(program, file) {
  const source = program.getSourceFile(file);
  if (source === undefined) return [];
  let imports = known.get(source);
  if (imports === undefined) {
    imports = source.statements.flatMap((statement) => {
      const specifier = runtimeSpecifier(statement);
      return specifier?.text.startsWith('.')
        ? [{ specifier: specifier.text, position: specifier.getStart(source) }]
        : [];
    });
    known.set(source, imports);
  }
  return imports;
}

/** @param {ts.Statement} statement */
function runtimeSpecifier(statement) {
  const isTypeOnly =
    (ts.isImportDeclaration(statement) &&
      statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
    (ts.isExportDeclaration(statement) && statement.isTypeOnly);
  return !isTypeOnly &&
    (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) &&
    statement.moduleSpecifier !== undefined &&
    ts.isStringLiteral(statement.moduleSpecifier)
    ? statement.moduleSpecifier
    : undefined;
}
