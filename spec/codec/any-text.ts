import fc from 'fast-check';

/** One Unicode character of any kind (fast-check's own `binary` unit takes seconds to set up). */
const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(
    fc.integer({ min: 0, max: 0x2ff }),
    fc.integer({ min: 0x2000, max: 0x20ff }),
    fc.integer({ min: 0, max: 0x10ffff }),
  )
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

/** Any text that UTF-8 can hold, rich in control characters and marks. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: anyCharacter });
