/** A message of a server that the subscribers are to be told of. */
export interface ToldMessage {
  readonly text: string;
  readonly isBad: boolean;
}

/** Where in a log a subscriber may have come or gone: from one place to another. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** All that the subscribers of a socket are to be told, in order. */
export class ToldLog {
  readonly #messages: ToldMessage[] = [];
  #telling: Place | undefined;

  /** Tells `messages` with `tell`, from within which subscribers may come and go. */
  tell(messages: readonly ToldMessage[], tell: () => void): void {
    this.begin(messages);
    tell();
    this.end();
  }

  /** Begins to tell, some time before the first of them is told. */
  begin(messages: readonly ToldMessage[]): void {
    const from = this.#messages.length;
    this.#messages.push(...messages);
    this.#telling = { from, to: this.#messages.length };
  }

  /** All of them were told. */
  end(): void {
    this.#telling = undefined;
  }

  /**
   * Where a subscriber begins who comes now, or ends who goes now: it may or may not have been there for
   * what is being told.
   */
  get now(): Place {
    const to = this.#messages.length;
    return { from: this.#telling?.from ?? to, to };
  }

  /** Whether `received` is what a subscriber is to have got between the two places. */
  accounts(
    received: readonly ToldMessage[],
    coming: Place,
    going: Place,
    isWanted: (message: ToldMessage) => boolean,
  ): boolean {
    for (let start = coming.from; start <= coming.to; start += 1) {
      const most = this.#messages.slice(start, going.to).filter(isWanted);
      const least = this.#messages.slice(start, going.from).filter(isWanted);
      const isPart = received.every(({ text }, index) => text === most[index]?.text);
      if (isPart && received.length >= least.length) return true;
    }
    return false;
  }

  /** What a subscriber is to have got at most, for a report. */
  between(coming: Place, going: Place): readonly ToldMessage[] {
    return this.#messages.slice(coming.from, going.to);
  }
}
