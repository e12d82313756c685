import js from '@eslint/js'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['**/dist/**', 'coverage/**', '**/node_modules/**'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    rules: {
      'max-lines': ['error', { max: 300 }],
      'prefer-const': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }]
    }
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } }
  },
  {
    // Mocha loads its reporters by require().
    files: ['**/*.cjs'],
    languageOptions: { globals: { require: 'readonly', module: 'readonly', console: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' }
  },
  { files: ['test/**'], rules: { '@typescript-eslint/no-unused-expressions': 'off' } }
)
