import path from 'node:path';

/**
 * Says who may import whom.
 *
 * The option `layers` gives for a folder or a file what it may import: other folders or files,
 * packages, `node:*`. The longest name that a file is under counts; its own folder is always
 * allowed, and a file under none of the names may import anything. Imports of types count too.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const layers = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: {
          root: { type: 'string' },
          layers: {
            type: 'object',
            additionalProperties: { type: 'array', items: { type: 'string' } },
          },
        },
        required: ['root', 'layers'],
        additionalProperties: false,
      },
    ],
    messages: { forbidden: '{{layer}} may not import {{target}}; it may import {{allowed}}.' },
  },
  create(context) {
    /** @type {{ root: string, layers: Record<string, string[]> }} */
    const { root, layers: table } = context.options[0];
    const file = relative(root, context.filename);
    const layer = Object.keys(table)
      .filter((name) => isWithin(file, name))
      .sort((a, b) => b.length - a.length)[0];
    if (layer === undefined) return {};

    const own = layer.endsWith('.ts') ? path.posix.dirname(layer) : layer;
    const allowed = [...(own === '.' ? [] : [own]), ...(table[layer] ?? [])];

    /** @param {import('eslint').Rule.Node} node @param {unknown} specifier */
    const check = (node, specifier) => {
      if (typeof specifier !== 'string') return;
      const target = specifier.startsWith('.')
        ? relative(root, path.resolve(path.dirname(context.filename), specifier))
        : specifier;
      if (allowed.some((each) => matches(target.replace(/\.js$/, '.ts'), each))) return;
      context.report({
        node,
        messageId: 'forbidden',
        data: { layer, target, allowed: allowed.join(', ') || 'nothing' },
      });
    };

    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ImportExpression: (node) =>
        check(node, node.source.type === 'Literal' ? node.source.value : undefined),
      // `import('…').Type`, which only the TypeScript parser knows.
      TSImportType: (/** @type {any} */ node) => check(node, node.source.value),
    };
  },
};

/** @param {string} root @param {string} file */
function relative(root, file) {
  return path.relative(root, file).split(path.sep).join('/');
}

/** @param {string} file @param {string} name */
function isWithin(file, name) {
  return file === name || file.startsWith(`${name}/`);
}

/** @param {string} target @param {string} allowed */
function matches(target, allowed) {
  return allowed === 'node:*' ? target.startsWith('node:') : isWithin(target, allowed);
}
