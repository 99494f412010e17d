package io.filcdn.settlement.setaside;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** The key of a set-aside: who is set aside from what. */
@Embeddable
record SetAsideKey(@Column(name = "data_set") String dataSet, String activity) {}
