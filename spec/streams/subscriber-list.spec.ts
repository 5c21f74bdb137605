import { Observable } from 'rxjs';
import type { Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SubscriberList } from '../../src/streams/subscriber-list.js';

/** A subscriber, as rxjs makes it. */
function subscriber(): Subscriber<number> {
  const made: Subscriber<number>[] = [];
  new Observable<number>((each) => {
    made.push(each);
  }).subscribe();
  const [first] = made;
  if (first === undefined) throw new Error('nobody subscribed');
  return first;
}

const [one, two, three] = [subscriber(), subscriber(), subscriber()];

/** A list of the three. */
function listed(): SubscriberList<number> {
  const list = new SubscriberList<number>();
  for (const each of [one, two, three]) list.add(each);
  return list;
}

describe('SubscriberList', () => {
  it('should begin empty', () => {
    const list = new SubscriberList<number>();
    expect(list.present).toEqual([]);
    expect(list.takeAll()).toEqual([]);
  });

  it('should keep who comes, in order', () => {
    const { present } = listed();
    expect(present).toHaveLength(3);
    for (const [index, each] of [one, two, three].entries()) expect(present[index]).toBe(each);
  });

  it('should let one go, and nobody else', () => {
    const list = listed();
    list.remove(two);
    expect(list.present).toHaveLength(2);
    expect(list.present[0]).toBe(one);
    expect(list.present[1]).toBe(three);
    list.remove(two);
    expect(list.present).toHaveLength(2);
  });

  it('should let a stranger go without a word', () => {
    const list = listed();
    list.remove(subscriber());
    expect(list.present).toHaveLength(3);
  });

  it('should give everybody, and be empty then', () => {
    const list = listed();
    const all = list.takeAll();
    expect(all).toHaveLength(3);
    expect(all[0]).toBe(one);
    expect(list.present).toEqual([]);
    expect(list.takeAll()).toEqual([]);
    list.add(two);
    expect(list.present).toHaveLength(1);
  });

  it('should leave a list alone that was given, whoever comes and goes', () => {
    const list = listed();
    const { present } = list;
    for (const each of present) list.remove(each);
    list.add(one);
    expect(present).toHaveLength(3);
    const again = list.present;
    list.takeAll();
    expect(again).toHaveLength(1);
  });

  it('should give the same list as long as nobody comes or goes', () => {
    const list = listed();
    expect(list.present).toBe(list.present);
  });

  it('should tell all who are there, and nobody who comes meanwhile', () => {
    const list = new SubscriberList<number>();
    const told: string[] = [];
    const join = (name: string, onTold: () => void = () => undefined): void => {
      new Observable<number>((each) => {
        list.add(each);
      }).subscribe((value) => {
        told.push(`${name} ${value}`);
        onTold();
      });
    };
    list.next(0);
    let joins = 0;
    join('a', () => {
      if ((joins += 1) === 1) join('b');
    });
    list.next(1);
    expect(told).toEqual(['a 1']);
    list.next(2);
    expect(told).toEqual(['a 1', 'a 2', 'b 2']);
    list.takeAll();
    list.next(3);
    join('c');
    list.next(4);
    expect(told).toEqual(['a 1', 'a 2', 'b 2', 'c 4']);
  });

  it('should tell the one who is left', () => {
    const list = listed();
    const told: number[] = [];
    new Observable<number>((each) => {
      list.add(each);
    }).subscribe((value) => told.push(value));
    for (const each of [one, two, three]) list.remove(each);
    list.next(1);
    expect(told).toEqual([1]);
  });
});
