/** What is looked up on the map of meanings. */
import { expect, test } from 'vitest';
import { planOf, postNear } from '../../../web/console/can/zone-plan.ts';
import { DrawnNetwork } from '../../bench/console/drawn-network.ts';

test('the post that is clicked is the nearest one, if one is near', () => {
  const plan = planOf(new DrawnNetwork(20, 3).zones)!;
  const size = { width: 400, height: 300 };
  for (const { id, x, y } of plan.posts.slice(0, 50)) {
    const [at, exactly] = [
      { x: x * size.width + 0.01, y: y * size.height, ...size },
      plan.posts.filter((post) => post.x === x && post.y === y),
    ];
    expect(exactly.map((post) => post.id)).toContain(postNear(plan, at, 6)!.id);
    expect(id).toMatch(/^0{8}-/);
  }
  expect(postNear(plan, { x: -50, y: -50, ...size }, 6)).toBeUndefined();
});
