/**
 * The small faults that `npm run mutate` puts into a source, one at a time, found in its syntax tree.
 *
 * Not mutated: types; strings, because a changed path might reach outside of the test's folder; numbers, because most
 * are tuned values that no test should pin; log lines.
 */

import { parseAst } from 'vite';

export interface Mutation {
  /** The characters it replaces. */
  start: number;
  end: number;
  /** From 1. */
  line: number;
  before: string;
  after: string;
}

interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

const OPERATORS = new Map(
  Object.entries({
    '<': '<=',
    '<=': '<',
    '>': '>=',
    '>=': '>',
    '===': '!==',
    '!==': '===',
    '+': '-',
    '-': '+',
    '*': '/',
    '/': '*',
    '<<': '>>>',
    '>>': '<<',
    '>>>': '<<',
    '&': '|',
    '|': '&',
    '&&': '||',
    '||': '&&',
    '??': '&&',
    '+=': '-=',
    '-=': '+=',
    '|=': '&=',
    '&=': '|=',
    '&&=': '=',
    '||=': '=',
    '??=': '=',
  }),
);
const METHODS = new Map(Object.entries({ min: 'max', max: 'min', some: 'every', every: 'some' }));
/** Type syntax around a value. */
const TRANSPARENT = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);
const DELETABLE = new Set(['CallExpression', 'AssignmentExpression', 'UpdateExpression', 'AwaitExpression']);
const LOG_CALL = /^(void )?(this\.)?#?(options\.)?#?(log|errors)(\[\w+\]|\.\w+)\(/;

/** @throws SyntaxError when the source does not parse */
export function mutationsOf(source: string): Mutation[] {
  const found: Mutation[] = [];
  const replace = (start: number, end: number, after: string): void => {
    const line = source.slice(0, start).split('\n').length;
    found.push({ start, end, line, before: source.slice(start, end), after });
  };
  const text = ({ start, end }: SyntaxNode): string => source.slice(start, end);
  visit(parseAst(source, { lang: 'ts' }) as unknown as SyntaxNode, (node) => mutate(node, text, replace));
  return found;
}

export function apply(source: string, { start, end, after }: Mutation): string {
  return source.slice(0, start) + after + source.slice(end);
}

type Replace = (start: number, end: number, after: string) => void;

function mutate(node: SyntaxNode, text: (node: SyntaxNode) => string, replace: Replace): void {
  const child = (key: string): SyntaxNode => node[key] as SyntaxNode;
  /** `??` may not be mixed with `&&` or `||` without parentheses. */
  const operand = (side: SyntaxNode): string =>
    side.type === 'LogicalExpression' ? `(${text(side)})` : text(side);
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression': {
      const { start, end } = child('test');
      replace(start, end, 'true');
      replace(start, end, 'false');
      break;
    }
    case 'WhileStatement':
      replace(child('test').start, child('test').end, 'false');
      break;
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const after = OPERATORS.get(String(node['operator']));
      // `'a' + b` has no minus.
      if (after === undefined || (after === '-' && /['"`]/.test(text(node)))) break;
      const isAssignment = node.type === 'AssignmentExpression';
      const mutated = `${operand(child('left'))} ${after} ${operand(child('right'))}`;
      replace(node.start, node.end, isAssignment ? mutated : `(${mutated})`);
      break;
    }
    case 'UnaryExpression':
      if (node['operator'] === '!' || node['operator'] === '-')
        replace(node.start, node.end, `(${text(child('argument'))})`);
      break;
    case 'UpdateExpression': {
      const other = node['operator'] === '++' ? '--' : '++';
      const target = text(child('argument'));
      replace(node.start, node.end, node['prefix'] === true ? other + target : target + other);
      break;
    }
    case 'Literal':
      if (typeof node['value'] === 'boolean') replace(node.start, node.end, String(!node['value']));
      break;
    case 'ArrayExpression':
      if ((node['elements'] as unknown[]).length > 0) replace(node.start, node.end, '[]');
      break;
    case 'ArrowFunctionExpression':
      if (child('body').type !== 'BlockStatement' && text(child('body')) !== 'undefined')
        replace(child('body').start, child('body').end, 'undefined');
      break;
    case 'MemberExpression': {
      const name = node['computed'] === true ? undefined : text(child('property'));
      const after = name === undefined ? undefined : METHODS.get(name);
      if (after !== undefined) replace(child('property').start, child('property').end, after);
      break;
    }
    case 'ExpressionStatement':
      if (
        DELETABLE.has(child('expression').type) &&
        !/^super\b/.test(text(node)) &&
        !LOG_CALL.test(text(node))
      )
        replace(node.start, node.end, ';');
      break;
    default:
  }
}

/** Every node that exists at run time. */
function visit(node: SyntaxNode, see: (node: SyntaxNode) => void): void {
  if (node.type.startsWith('TS') && !TRANSPARENT.has(node.type)) return;
  if (node.type === 'ImportDeclaration') return;
  see(node);
  for (const [key, value] of Object.entries(node)) {
    if (key === 'typeAnnotation' || key === 'typeArguments' || key === 'typeParameters') continue;
    for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) visit(each, see);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}
