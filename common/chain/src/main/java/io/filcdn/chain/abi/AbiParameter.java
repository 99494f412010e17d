package io.filcdn.chain.abi;

/**
 * An argument or result of a contract's event, error or function.
 *
 * @param name as the contract spells it; empty where it has none
 * @param indexed whether it is a topic of a log, and no part of its data
 */
public record AbiParameter(String name, AbiType type, boolean indexed) {}
