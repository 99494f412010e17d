package io.filcdn.indexer.rpc;

import java.util.Optional;

/**
 * The condition of one node.
 *
 * @param node its host
 * @param asked whether it is the one that is asked
 * @param failure why it was not used the last time it was asked; empty where it was
 */
public record NodeStatus(String node, boolean asked, Optional<String> failure) {}
