import type { Colour, Paint } from './paint.js';

/** What happened, before it is made a line. */
export interface Status {
  /** What kind of thing, in a word: the first column. */
  readonly label: string;
  readonly text: string;
  /** The colour of the label. */
  readonly colour: Colour;
}

const LABEL_WIDTH = 'Connecting'.length;

/**
 * Gives one line of a report: the time of day, the label, the text.
 *
 * @param at - When it happened, in milliseconds since the epoch.
 * @param status - What happened; its text has no control characters.
 * @param paint - Colours, or none.
 */
export function statusLine(at: number, { label, text, colour }: Status, paint: Paint): string {
  // The padding stays outside of the colour, where it could be a background.
  const padding = ' '.repeat(Math.max(0, LABEL_WIDTH - label.length));
  return `${paint('dim', timeOfDay(at))}  ${paint(colour, label)}${padding}  ${text}`;
}

function timeOfDay(at: number): string {
  const date = new Date(at);
  const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((each) => pad(each));
  return `${time.join(':')}.${pad(date.getMilliseconds(), 3)}`;
}
