// Takes an operation apart, so that one widget's failure is its own.

import { type ASTNode, type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionNode, type SelectionSetNode } from "graphql";

/**
 * The operation once for each fragment that it spreads, with no other one's
 * fields. What it selects beside fragments is in every piece.
 */
export function pieces(document: DocumentNode): Map<string, DocumentNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!operation) return new Map();
  return new Map(
    [...spreads(operation.selectionSet)].map((name) => {
      const selectionSet = only(name, operation.selectionSet);
      const needed = new Set<string>();
      const need = (set: SelectionSetNode) => {
        for (const each of spreads(set)) {
          const fragment = fragments.get(each);
          if (!fragment || needed.has(each)) continue;
          needed.add(each);
          need(fragment.selectionSet);
        }
      };
      need(selectionSet);
      const kept = [...fragments.values()].filter((each) => needed.has(each.name.value));
      const used = new Set([selectionSet, ...kept].flatMap((each) => [...variables(each)]));
      const piece: DocumentNode = {
        kind: Kind.DOCUMENT,
        definitions: [
          { ...operation, selectionSet, variableDefinitions: operation.variableDefinitions?.filter((each) => used.has(each.variable.name.value)) },
          ...kept,
        ],
      };
      return [name, piece];
    }),
  );
}

/** The names of the fragments spread in a selection, without those within fragments. */
function spreads(set: SelectionSetNode): Set<string> {
  const names = new Set<string>();
  for (const each of set.selections) {
    if (each.kind === Kind.FRAGMENT_SPREAD) names.add(each.name.value);
    else if (each.selectionSet) for (const name of spreads(each.selectionSet)) names.add(name);
  }
  return names;
}

/** The selection without every spread but one, and without what is empty then. */
function only(name: string, set: SelectionSetNode): SelectionSetNode {
  return {
    ...set,
    selections: set.selections.flatMap((each): SelectionNode[] => {
      if (each.kind === Kind.FRAGMENT_SPREAD) return each.name.value === name ? [each] : [];
      if (!each.selectionSet) return [each];
      const selectionSet = only(name, each.selectionSet);
      return selectionSet.selections.length > 0 ? [{ ...each, selectionSet }] : [];
    }),
  };
}

function* variables(node: unknown): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  if ((node as ASTNode).kind === Kind.VARIABLE) yield (node as { name: { value: string } }).name.value;
  for (const child of Object.values(node)) yield* variables(child);
}

/** Lays one answer over another, object by object; lists of the same things entry by entry. */
export function merge<T>(under: T, over: T): T {
  if (Array.isArray(under) && Array.isArray(over) && under.length === over.length) {
    return over.map((each: unknown, at) => merge<unknown>(under[at], each)) as T;
  }
  if (!isRecord(under) || !isRecord(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) merged[name] = name in merged ? merge(merged[name], value) : value;
  return merged as T;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
