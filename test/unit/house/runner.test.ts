/** What `npm test` counts: a summary that flatters is worse than none. */
import { expect, test } from 'vitest';
import { sum } from '../../runner/report.ts';
import { countTests } from '../../runner/vitest.ts';

const passedFile = { status: 'passed', assertionResults: [{}] };

test('tests are counted as vitest reports them', () => {
  const report = { numPassedTests: 5, numFailedTests: 2, testResults: [passedFile] };
  expect(countTests(JSON.stringify(report))).toEqual({ passed: 5, failed: 2 });
});

test('a file that could not be loaded counts as a failed test', () => {
  const broken = { status: 'failed', assertionResults: [] };
  const report = { numPassedTests: 5, numFailedTests: 0, testResults: [passedFile, broken] };
  expect(countTests(JSON.stringify(report))).toEqual({ passed: 5, failed: 1 });
});

test('no report, nothing counted', () => {
  expect(countTests(undefined)).toEqual({ passed: 0, failed: 0 });
});

test('reports add up', () => {
  const reports = [
    { passed: 1, failed: 0 },
    { passed: 2, failed: 3 },
  ];
  expect(sum(reports)).toEqual({ passed: 3, failed: 3 });
  expect(sum([])).toEqual({ passed: 0, failed: 0 });
});
