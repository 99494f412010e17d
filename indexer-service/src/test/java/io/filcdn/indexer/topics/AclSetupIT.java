package io.filcdn.indexer.topics;

import static io.filcdn.indexer.Patience.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.indexer.topics.AclSetup.Wanted;
import io.filcdn.testing.infra.EmbeddedKafka;
import io.filcdn.testing.infra.KafkaUsers;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclSetupIT {

  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

  @Test
  void principalIsAllowedWhatTheFileSaysAndNothingElse(@TempDir Path folder) throws Exception {
    List<Wanted> wanted =
        List.of(
            new Wanted(
                "User:a",
                ResourceType.TOPIC,
                "setup.new",
                PatternType.LITERAL,
                Set.of(AclOperation.WRITE, AclOperation.DESCRIBE)),
            new Wanted(
                "User:a",
                ResourceType.GROUP,
                "setup-",
                PatternType.PREFIXED,
                Set.of(AclOperation.READ)));
    AclBinding surplus =
        binding("User:a", "setup.old", AclOperation.ALTER, AclPermissionType.ALLOW);
    AclBinding denied = binding("User:a", "setup.old", AclOperation.READ, AclPermissionType.DENY);
    AclBinding other = binding("User:b", "setup.old", AclOperation.READ, AclPermissionType.ALLOW);
    AclBinding[] expected = {
      binding("User:a", "setup.new", AclOperation.WRITE, AclPermissionType.ALLOW),
      binding("User:a", "setup.new", AclOperation.DESCRIBE, AclPermissionType.ALLOW),
      new AclBinding(
          new ResourcePattern(ResourceType.GROUP, "setup-", PatternType.PREFIXED),
          new AccessControlEntry("User:a", "*", AclOperation.READ, AclPermissionType.ALLOW)),
      denied,
      other
    };

    KafkaUsers users = KafkaUsers.in(folder.resolve("users"));
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, users);
        Admin admin = admin(kafka, users)) {
      admin.createAcls(List.of(surplus, denied, other)).all().get();
      patiently().untilAsserted(() -> assertThat(acls(admin)).contains(surplus, denied, other));
      AclSetup.apply(admin, wanted, NOWHERE);
      patiently().untilAsserted(() -> assertThat(acls(admin)).containsExactlyInAnyOrder(expected));
      AclSetup.apply(admin, wanted, NOWHERE);

      assertThat(acls(admin)).containsExactlyInAnyOrder(expected);
    }
  }

  @Test
  void readsItsFile(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("acls.json"),
            """
            [{"principal": "User:filcdn-metrics", "resourceType": "GROUP",
              "resourceName": "filcdn-metrics-", "patternType": "PREFIXED", "operations": ["READ"]}]
            """);

    assertThat(AclSetup.read(file))
        .containsExactly(
            new Wanted(
                "User:filcdn-metrics",
                ResourceType.GROUP,
                "filcdn-metrics-",
                PatternType.PREFIXED,
                Set.of(AclOperation.READ)));
  }

  private static Admin admin(EmbeddedKafka kafka, KafkaUsers users) {
    Map<String, Object> settings = new HashMap<>(users.client(KafkaUsers.ADMIN));
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return Admin.create(settings);
  }

  /** The ACLs of the test's own principals: the broker has those of the services as well. */
  private static Collection<AclBinding> acls(Admin admin) throws Exception {
    return admin.describeAcls(AclBindingFilter.ANY).values().get().stream()
        .filter(acl -> Set.of("User:a", "User:b").contains(acl.entry().principal()))
        .toList();
  }

  private static AclBinding binding(
      String principal, String topic, AclOperation operation, AclPermissionType permission) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
        new AccessControlEntry(principal, "*", operation, permission));
  }
}
