import { Comment, Converter, ReflectionKind } from 'typedoc';

// These say the same thing wherever they stand, so that the documentation gate asks nobody to
// repeat it.
const MEANINGS = new Map([
  ['_tag', 'The discriminant of the union.'],
  ['name', 'The name of the class.'],
  ['brand', 'The name that `instanceof` goes by.'],
  ['[hasInstance]', 'Answers `instanceof`, also for values from the other module format.'],
]);

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const kinds = ReflectionKind.Property | ReflectionKind.CallSignature;
    for (const reflection of context.project.getReflectionsByKind(kinds)) {
      const meaning = meaningOf(reflection);
      if (meaning === undefined) continue;
      reflection.comment ??= new Comment([{ kind: 'text', text: meaning }]);
    }
  });
}

/** @param {import('typedoc').Reflection} reflection */
function meaningOf({ name, parent }) {
  if (parent?.kind === ReflectionKind.TypeLiteral && parent.parent?.name.startsWith('DEFAULT_')) {
    return `What the option \`${name}\` is when it is left out.`;
  }
  if (
    name === 'name' &&
    !(parent?.kind === ReflectionKind.Class && parent.name.endsWith('Error'))
  ) {
    return undefined;
  }
  return MEANINGS.get(name);
}
