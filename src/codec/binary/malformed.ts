/** Says what is wrong with bytes that are not of the format they should be of. */
export class Malformed extends Error {}
