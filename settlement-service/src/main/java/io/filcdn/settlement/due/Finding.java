package io.filcdn.settlement.due;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.setaside.SetAside;

/** A fact about a data set that keeps it from an activity until someone has looked at it. */
public record Finding(
    DataSetId dataSet, Activity activity, SetAside.Reason reason, String message) {}
