package io.filcdn.testing.infra;

import io.filcdn.common.kafka.KafkaPrincipal;
import io.filcdn.common.kafka.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The rules by which the local broker lets each service do what {@link KafkaPrincipal} says. */
final class KafkaAccess {

  private KafkaAccess() {}

  static List<AclBinding> rules() {
    return Arrays.stream(KafkaPrincipal.values()).flatMap(p -> rules(p).stream()).toList();
  }

  private static List<AclBinding> rules(KafkaPrincipal principal) {
    List<AclBinding> rules = new ArrayList<>();
    rules.addAll(rules(principal, principal.writes(), AclOperation.WRITE));
    rules.addAll(rules(principal, principal.reads(), AclOperation.READ));
    principal
        .groupPrefix()
        .map(prefix -> new ResourcePattern(ResourceType.GROUP, prefix, PatternType.PREFIXED))
        .map(groups -> rule(principal, groups, AclOperation.READ))
        .ifPresent(rules::add);
    return rules;
  }

  private static List<AclBinding> rules(
      KafkaPrincipal principal, Set<Topic> topics, AclOperation operation) {
    return topics.stream()
        .map(
            topic ->
                new ResourcePattern(ResourceType.TOPIC, topic.topicName(), PatternType.LITERAL))
        .map(topic -> rule(principal, topic, operation))
        .toList();
  }

  private static AclBinding rule(
      KafkaPrincipal principal, ResourcePattern resource, AclOperation operation) {
    return new AclBinding(
        resource,
        new AccessControlEntry(
            "User:" + principal.service(), "*", operation, AclPermissionType.ALLOW));
  }
}
