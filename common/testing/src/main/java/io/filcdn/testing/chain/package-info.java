/**
 * The devnet's chain: the anvil process, the project's own contracts on it, and the deeds of
 * payers, providers and the CDN's operator that a scenario is made of.
 *
 * <p>{@link Anvil} runs the node, {@link DevnetContracts} names and deploys the contracts, {@link
 * Devnet} is where a scenario begins. What the contracts enforce and what they leave out is written
 * at the top of each file in {@code src/main/solidity}.
 */
@NullMarked
package io.filcdn.testing.chain;

import org.jspecify.annotations.NullMarked;
