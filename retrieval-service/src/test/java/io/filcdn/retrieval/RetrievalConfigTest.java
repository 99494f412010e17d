package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.ConfigMappings;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RetrievalConfigTest {

  @Test
  void everyKeyAndItsDefaultIsKnown() {
    Map<String, String> keys = new TreeMap<>();
    ConfigMappings.getProperties(
            ConfigMappings.ConfigClass.configClass(RetrievalConfig.class, "filcdn"))
        .forEach(
            (key, property) ->
                keys.put(
                    key,
                    property.hasDefaultValue() && property.getDefaultValue() != null
                        ? property.getDefaultValue()
                        : "none"));

    // lists show twice
    keys.keySet().removeIf(key -> key.endsWith("[*]"));

    assertThat(keys)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("filcdn.network", "none"),
                Map.entry("filcdn.retrieval.edge", "edge"),
                Map.entry("filcdn.retrieval.data", "data"),
                Map.entry("filcdn.retrieval.disk-reserve", "64M"),
                Map.entry("filcdn.retrieval.bots.*", "none"),
                Map.entry("filcdn.retrieval.http.host", "0.0.0.0"),
                Map.entry("filcdn.retrieval.http.port", "8080"),
                Map.entry("filcdn.retrieval.http.tls.port", "8443"),
                Map.entry("filcdn.retrieval.http.tls.certificate", "none"),
                Map.entry("filcdn.retrieval.http.tls.key", "none"),
                Map.entry("filcdn.retrieval.http.tls.engine", "boringssl"),
                Map.entry("filcdn.retrieval.http.tls.ticket-secrets", "none"),
                Map.entry("filcdn.retrieval.http.tls.ticket-rotation", "12h"),
                Map.entry("filcdn.retrieval.http.tls.strict-transport-security", "none"),
                Map.entry("filcdn.retrieval.http.dns-root", ".localhost"),
                Map.entry("filcdn.retrieval.http.path-hosts", "none"),
                Map.entry("filcdn.retrieval.http.home", "none"),
                Map.entry("filcdn.retrieval.http.idle-timeout", "75s"),
                Map.entry("filcdn.retrieval.http.head-timeout", "20s"),
                Map.entry("filcdn.retrieval.http.body-timeout", "20s"),
                Map.entry("filcdn.retrieval.http.max-header-size", "16K"),
                Map.entry("filcdn.retrieval.http.max-unsent", "128K"),
                Map.entry("filcdn.retrieval.http.proxies", "none"),
                Map.entry("filcdn.retrieval.http.country-header", "none"),
                Map.entry("filcdn.retrieval.http.drain-timeout", "30s"),
                Map.entry("filcdn.retrieval.http.expose-management", "false"),
                Map.entry("filcdn.retrieval.admission.settlement-margin-epochs", "2880"),
                Map.entry("filcdn.retrieval.admission.max-piece-size", "32G"),
                Map.entry("filcdn.retrieval.admission.serve-unscreened", "true"),
                Map.entry("filcdn.retrieval.admission.max-offline", "20h"),
                Map.entry("filcdn.retrieval.admission.denylist.url", "none"),
                Map.entry("filcdn.retrieval.admission.denylist.file", "none"),
                Map.entry("filcdn.retrieval.admission.denylist.refresh", "5m"),
                Map.entry("filcdn.retrieval.limits.connections", "20000"),
                Map.entry("filcdn.retrieval.limits.connections-reserved", "2000"),
                Map.entry("filcdn.retrieval.limits.connections-per-client", "1024"),
                Map.entry("filcdn.retrieval.limits.wider-factor", "2"),
                Map.entry("filcdn.retrieval.admission.denylist.timeout", "2m"),
                Map.entry("filcdn.retrieval.admission.denylist.max-size", "256M"),
                Map.entry("filcdn.retrieval.admission.denylist.required", "true"),
                Map.entry("filcdn.retrieval.limits.requests", "20000"),
                Map.entry("filcdn.retrieval.limits.requests-per-client", "256"),
                Map.entry("filcdn.retrieval.limits.promised-bytes-per-client", "64G"),
                Map.entry("filcdn.retrieval.limits.quota-share-per-client", "0.1"),
                Map.entry("filcdn.retrieval.limits.fills-per-client", "10000"),
                Map.entry("filcdn.retrieval.limits.fills-per-data-set", "100000"),
                Map.entry("filcdn.retrieval.limits.unasked-bytes-per-client", "64G"),
                Map.entry("filcdn.retrieval.limits.unasked-bytes-per-data-set", "256G"),
                Map.entry("filcdn.retrieval.limits.miss-share-per-client", "0.25"),
                Map.entry("filcdn.retrieval.limits.unasked-share-per-client", "0.05"),
                Map.entry("filcdn.retrieval.limits.unasked-share-per-data-set", "0.25"),
                Map.entry("filcdn.retrieval.limits.trees-per-client", "10000"),
                Map.entry("filcdn.retrieval.unverified.per-data-set", "4G"),
                Map.entry("filcdn.retrieval.unverified.per-provider-of-data-set", "2G"),
                Map.entry("filcdn.retrieval.unverified.per-provider", "16G"),
                Map.entry("filcdn.retrieval.unverified.refill", "24h"),
                Map.entry("filcdn.retrieval.cache.abandoned-size", "2G"),
                Map.entry("filcdn.retrieval.cache.abandoned-time", "10m"),
                Map.entry("filcdn.retrieval.cache.trees-size", "8G"),
                Map.entry("filcdn.retrieval.limits.proofs", "64"),
                Map.entry("filcdn.retrieval.limits.proofs-per-client", "4"),
                Map.entry("filcdn.retrieval.cache.read-ahead", "64M"),
                Map.entry("filcdn.retrieval.cache.scrub-rate", "4M"),
                Map.entry("filcdn.retrieval.limits.pace-bytes", "64K"),
                Map.entry("filcdn.retrieval.limits.pace-window", "30s"),
                Map.entry("filcdn.retrieval.cache.max-size", "10G"),
                Map.entry("filcdn.retrieval.cache.memory", "128M"),
                Map.entry("filcdn.retrieval.cache.workers", "4"),
                Map.entry("filcdn.retrieval.origin.connect-timeout", "5s"),
                Map.entry("filcdn.retrieval.origin.first-byte-timeout", "15s"),
                Map.entry("filcdn.retrieval.origin.stall-timeout", "15s"),
                Map.entry("filcdn.retrieval.origin.pace-bytes", "16K"),
                Map.entry("filcdn.retrieval.origin.longest-fill", "6h"),
                Map.entry("filcdn.retrieval.origin.fetches-per-provider", "64"),
                Map.entry("filcdn.retrieval.origin.leave-alone", "15s"),
                Map.entry("filcdn.retrieval.origin.absence", "30s"),
                Map.entry("filcdn.retrieval.origin.mismatch", "10s"),
                Map.entry("filcdn.retrieval.origin.probes.enabled", "true"),
                Map.entry("filcdn.retrieval.origin.probes.timeout", "3s"),
                Map.entry("filcdn.retrieval.origin.probes.remembered", "10s"),
                Map.entry("filcdn.retrieval.origin.probes.at-once", "64"),
                Map.entry("filcdn.retrieval.origin.ports", "none"),
                Map.entry("filcdn.retrieval.origin.private-networks", "none"),
                Map.entry("filcdn.retrieval.origin.redirect-hosts", "none"),
                Map.entry("filcdn.retrieval.origin.tree-hosts", "none"),
                Map.entry("filcdn.retrieval.origin.tree-timeout", "1s"),
                Map.entry("filcdn.retrieval.usage.flush-interval", "1s"),
                Map.entry("filcdn.retrieval.usage.max-journal-records", "100000"),
                Map.entry("filcdn.retrieval.usage.retrieval-records-per-second", "100"),
                Map.entry("filcdn.retrieval.usage.names-shown", "50"),
                Map.entry("filcdn.retrieval.access-log.format", "off"),
                Map.entry("filcdn.retrieval.access-log.file", "none"),
                Map.entry("filcdn.retrieval.access-log.max-size", "100M"),
                Map.entry("filcdn.retrieval.access-log.files", "10"),
                Map.entry("filcdn.retrieval.access-log.max-waiting", "10000"),
                Map.entry("filcdn.retrieval.access-log.full-addresses", "false"),
                Map.entry("filcdn.retrieval.identity.key", "none"),
                Map.entry("filcdn.retrieval.grantee.key", "none"),
                Map.entry("filcdn.retrieval.grantee.vouchers", "none"),
                Map.entry("filcdn.retrieval.location.region", "none"),
                Map.entry("filcdn.retrieval.leases.url", "none"),
                Map.entry("filcdn.retrieval.leases.serve-without-limit", "false"),
                Map.entry("filcdn.retrieval.leases.advance", "64M"),
                Map.entry("filcdn.retrieval.leases.standing", "256M"),
                Map.entry("filcdn.retrieval.leases.idle", "30s"),
                Map.entry("filcdn.retrieval.leases.forget", "10m"),
                Map.entry("filcdn.retrieval.leases.renew-every", "15s"),
                Map.entry("filcdn.retrieval.leases.timeout", "2s")));
  }
}
