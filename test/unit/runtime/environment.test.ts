import { describe, expect, it } from 'vitest';
import { ConfigurationError, EnvironmentReader } from '../../../services/shared/runtime/program/environment.ts';

function faultsOf(read: (reader: EnvironmentReader) => void, values: Record<string, string>): readonly string[] {
  const reader = new EnvironmentReader(values);
  read(reader);
  try {
    reader.check();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('the environment', () => {
  it('is read with its defaults', () => {
    const reader = new EnvironmentReader({ SET: ' yes ', EMPTY: '', SEEDS: ' a:1, [::1]:2 ,', FLAG: 'false' });
    expect(reader.text('SET')).toBe('yes');
    expect(reader.text('EMPTY', 'fallback')).toBe('fallback');
    expect(reader.integer('NONE', 7, 1, 9)).toBe(7);
    expect(reader.boolean('FLAG', true)).toBe(false);
    expect(reader.hostPorts('SEEDS', 4)).toEqual(['a:1', '[::1]:2']);
    expect(reader.optionalHostPort('NONE')).toBeUndefined();
    expect(reader.hostPort('NONE', 'h:1')).toEqual({ host: 'h', port: 1 });
    reader.check();
  });

  it('names all of its faults at once, each with its variable and what is expected', () => {
    const faults = faultsOf(
      (reader) => {
        reader.text('MISSING');
        reader.integer('COUNT', 7, 1, 9);
        reader.integer('FRACTION', 7, 1, 9);
        reader.boolean('FLAG', true);
        reader.hostPort('LISTEN', 'h:1');
        reader.hostPorts('SEEDS', 1);
        reader.oneOf('LEVEL', ['info', 'debug'], 'info');
        reader.matching('NAME', 'x', /^[a-z]+$/, 'lowercase letters');
      },
      { COUNT: '10', FRACTION: '1.5', FLAG: 'yes', LISTEN: 'nowhere', SEEDS: 'a:0,b', LEVEL: 'loud', NAME: 'A' },
    );
    expect(faults).toHaveLength(10);
    for (const name of ['MISSING', 'COUNT', 'FRACTION', 'FLAG', 'LISTEN', 'SEEDS', 'LEVEL', 'NAME']) {
      expect(faults.some((fault) => fault.startsWith(`${name} must`))).toBe(true);
    }
  });
});
