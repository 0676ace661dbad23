"""X Education's inbound leads (a lead scoring case study): leads without a single date."""

from bothsides.ingest.draft.layouts.known import KnownFile, KnownLayout, Roles, always, fed, files, header
from bothsides.ingest.draft.records import MissingColumn, SourceDraft, TableDraft, Unmapped

_AFTER = "filled in by sales after the first contact: it tells the outcome, so it must not describe the lead"
_LEADS = TableDraft(
    name="leads",
    key=("Prospect ID",),
    columns=(
        always("side", "buyer", "learners who buy courses"),
        fed("channel", "Lead Source"),
        fed("category", "Specialization"),
        fed("region", "City"),
    ),
)


def _build(roles: Roles) -> tuple[SourceDraft, ...]:
    return (
        SourceDraft(
            source="leads",
            files=files(roles, "leads"),
            tables=(_LEADS,),
            null_words=("Select",),
            missing=(
                MissingColumn(
                    table="leads",
                    column="created_at",
                    advice="the file has no dates, so no period can be counted. If one date for all of them is enough, "
                    'write created_at = { value = "2020-01-01" }',
                ),
            ),
            unmapped=tuple(
                Unmapped(field=field, why=_AFTER)
                for field in ("Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity")
            ),
            notes=("'Select' is the default of a form field and means that nothing was chosen.",),
        ),
    )


X_EDUCATION = KnownLayout(
    name="X Education leads (lead scoring case study)",
    files=(
        KnownFile(
            role="leads",
            header=header(
                "Prospect ID,Lead Number,Lead Origin,Lead Source,Do Not Email,Do Not Call,Converted,TotalVisits,"
                "Total Time Spent on Website,Page Views Per Visit,Last Activity,Country,Specialization,"
                "How did you hear about X Education,What is your current occupation,"
                "What matters most to you in choosing a course,Search,Magazine,Newspaper Article,X Education Forums,"
                "Newspaper,Digital Advertisement,Through Recommendations,Receive More Updates About Our Courses,Tags,"
                "Lead Quality,Update me on Supply Chain Content,Get updates on DM Content,Lead Profile,City,"
                "Asymmetrique Activity Index,Asymmetrique Profile Index,Asymmetrique Activity Score,"
                "Asymmetrique Profile Score,I agree to pay the amount through cheque,"
                "A free copy of Mastering The Interview,Last Notable Activity"
            ),
        ),
    ),
    build=_build,
    currency="INR",
    time_zone="Asia/Kolkata",
)
