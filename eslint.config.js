import tseslint from 'typescript-eslint';
import { theirs } from './.ci/theirs.mjs';

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'dist/',
      '.vitepress/dist/',
      '.vitepress/cache/',
      '.vitepress/.temp/',
      'coverage/',
      'docs/public/',
      'impl/crypto/wasm/', // AssemblyScript
      'test/kit/fixtures/right/', // in the shape in which readers wrote them
      // A test calls what the reader exports, whatever its types are.
      ...theirs(import.meta.dirname).flatMap(({ folder }) => [
        `${folder}/exercise.ts`,
        `${folder}/exercise.test.ts`,
      ]),
    ],
  },
  {
    files: ['impl/**/*.ts', 'test/**/*.ts', 'exercises/**/*.ts'],
    ignores: ['test/site/**', 'test/firefox/**'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      // By name: exercises/tsconfig.json is for the reader's own files, in editors.
      parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/explicit-function-return-type': [
        'error',
        { allowExpressions: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allow: ['bigint'] },
      ],
      // `for (;;)` and `while (true)` are how a loop of a task begins.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'always' },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true },
      ],
      '@typescript-eslint/prefer-literal-enum-member': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "UnaryExpression[operator='void'] > CallExpression",
          message: 'A started promise has an owner: use WaitGroup.go.',
        },
      ],
    },
  },
  {
    files: ['impl/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Ask the runtime.' },
        { object: 'Date', property: 'now', message: 'Ask the runtime.' },
        { object: 'performance', property: 'now', message: 'Ask the runtime.' },
      ],
    },
  },
  {
    // A learner's file may be half finished.
    files: ['exercises/*/exercise.ts'],
    rules: {
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
);
