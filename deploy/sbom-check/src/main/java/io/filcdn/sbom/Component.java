package io.filcdn.sbom;

/**
 * A library in a service.
 *
 * @param name group and artifact, as in {@code io.netty:netty-codec-http}
 */
public record Component(String name, String version) {}
